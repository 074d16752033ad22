import { useState } from 'react';
import { formatUsd } from '#shared/format.ts';
import type { SettingPath } from '#shared/settings.ts';
import { useQuery } from '../../components/use-query.ts';
import { useActions, useRelay } from '../../state/context.ts';
import { words } from '../../words.ts';

/** The two limits, each with a handle: a slider beside its number; an estimate counts like any cost. */
export function Budgets({ isEstimate }: { isEstimate: boolean }) {
  const status = useRelay((state) => state.snapshot?.status);
  const { value, reload } = useQuery('settings.get', {}, status?.budgetPerDayUsd);
  if (!value) return null;
  const limitOf = (key: SettingPath) => {
    const found = value.values.find((one) => one.key === key);
    return typeof found?.value === 'number' ? found.value : null;
  };
  return (
    <section className="chart budgets">
      <h2>{words.costs.budgets}</h2>
      <Budget
        path="budget.perDayUsd"
        name={words.costs.perDayBudget}
        limit={limitOf('budget.perDayUsd')}
        spent={status ? `${isEstimate ? '~' : ''}${formatUsd(status.todayUsd)}` : null}
        onChange={reload}
      />
      <Budget
        path="budget.perSessionUsd"
        name={words.costs.perSessionBudget}
        limit={limitOf('budget.perSessionUsd')}
        spent={null}
        onChange={reload}
      />
    </section>
  );
}

interface BudgetProps {
  path: SettingPath;
  name: string;
  /** null: no limit. */
  limit: number | null;
  /** null where no single amount stands against it. */
  spent: string | null;
  onChange: () => Promise<void>;
}

const highest = 100;

function Budget({ path, name, limit, spent, onChange }: BudgetProps) {
  const actions = useActions();
  const [draft, setDraft] = useState<number | null>(null);
  const shown = draft ?? limit ?? 0;
  const save = async (wanted: number | null) => {
    await actions.call('settings.set', { key: path, value: wanted });
    await onChange();
    setDraft(null);
  };
  const saveDraft = () => {
    if (draft !== null && draft !== limit) void save(draft);
  };
  const most = Math.max(highest, shown * 1.5);
  return (
    <div className="budget">
      <span className="budget-name">
        {name}
        <code className="setting-key">{path}</code>
      </span>
      <input
        type="range"
        aria-label={name}
        aria-valuetext={formatUsd(shown)}
        min={0}
        max={most}
        step={0.5}
        value={shown}
        disabled={limit === null}
        onChange={(event) => setDraft(Number(event.target.value))}
        onPointerUp={saveDraft}
        onKeyUp={saveDraft}
        onBlur={saveDraft}
      />
      <label className="budget-number">
        <span className="hidden-words">{words.costs.limit}</span>
        <span aria-hidden="true">$</span>
        <input
          className="field"
          type="number"
          min={0}
          step={0.5}
          value={limit === null && draft === null ? '' : shown}
          disabled={limit === null}
          onChange={(event) => setDraft(event.target.value === '' ? 0 : Number(event.target.value))}
          onBlur={saveDraft}
          onKeyDown={(event) => {
            if (event.key === 'Enter') saveDraft();
          }}
        />
      </label>
      <label className="radio">
        <input
          type="checkbox"
          checked={limit === null}
          onChange={(event) => void save(event.target.checked ? null : 10)}
        />
        <span>{words.costs.noLimit}</span>
      </label>
      <span className="budget-spent">
        {spent !== null && limit !== null && words.costs.spentOf(spent, formatUsd(limit))}
      </span>
    </div>
  );
}
