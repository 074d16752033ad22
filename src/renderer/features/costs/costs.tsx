import { Download } from 'lucide-react';
import { useMemo, useState } from 'react';
import { formatUsd } from '#shared/format.ts';
import type { CostHour, CostRow } from '#shared/models.ts';
import { Button } from '../../components/button.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { useQuery } from '../../components/use-query.ts';
import { useActions, useRelay } from '../../state/context.ts';
import { sessionsOf } from '../../state/selectors.ts';
import { cacheRate, costWords, percent } from '../../text/cost-figures.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { sessionName } from '../../text/session-name.ts';
import { localDay } from '../../text/time.ts';
import { words } from '../../words.ts';
import { Breakdown } from './breakdown.tsx';
import { Budgets } from './budgets.tsx';
import { CostBars } from './cost-bars.tsx';
import { byDay, byHour, costsAsCsv, groupRows, totalOf } from './cost-groups.ts';
import { Decisions } from './decisions.tsx';

type Period = 'today' | 'days';

/** What everything cost, by day, session, model and kind, and what the budgets allow. */
export function Costs() {
  const actions = useActions();
  const calls = useRelay((state) => state.snapshot?.cost.calls ?? 0);
  const { value: rows, problem } = useQuery('cost.rows', {}, calls);
  const sessions = useRelay(sessionsOf);
  const { value: hours } = useQuery('cost.hours', {}, calls);
  const [period, setPeriod] = useState<Period>('days');
  const names = useMemo(
    () => new Map(sessions.map((session) => [String(session.id), sessionName(session)])),
    [sessions],
  );
  const today = localDay(Date.now());
  const shown = (rows ?? []).filter(({ day }) => period === 'days' || day === today);
  const nameOf = (id: string) => (id === '' ? words.costs.owner : (names.get(id) ?? id));
  return (
    <main className="page costs">
      <PageHead title={words.costs.title}>
        <PeriodChoice period={period} onChange={setPeriod} />
        <span className="grow" />
        <Button
          disabled={!rows || rows.length === 0}
          onClick={() => void actions.saveFile(`relay-costs-${today}.csv`, costsAsCsv(rows ?? []))}
        >
          <Download size={13} aria-hidden="true" />
          {words.costs.csv}
        </Button>
      </PageHead>
      {problem !== '' && <p className="page-note">{problem}</p>}
      {rows && (
        <div className="page-body costs-body">
          <Figures rows={shown} />
          {period === 'today' ? <Today hours={hours ?? []} /> : <Days rows={rows} today={today} />}
          {shown.length === 0 ? (
            <p className="quiet">{words.costs.nothing}</p>
          ) : (
            <div className="breakdowns">
              <Breakdown
                title={words.costs.bySession}
                groups={groupRows(shown, ({ session }) => nameOf(session))}
              />
              <Breakdown
                title={words.costs.byModel}
                groups={groupRows(shown, ({ model }) => harmlessLine(model))}
              />
              <Breakdown
                title={words.costs.byKind}
                groups={groupRows(shown, ({ purpose }) => words.costs.kind[purpose] ?? purpose)}
              />
            </div>
          )}
          <Budgets isEstimate={rows.some((row) => row.day === today && row.estimatedUsd > 0)} />
          <Decisions nameOf={nameOf} />
        </div>
      )}
    </main>
  );
}

function PeriodChoice({ period, onChange }: { period: Period; onChange: (to: Period) => void }) {
  return (
    <fieldset className="segments">
      <legend className="hidden-words">{words.costs.period}</legend>
      {(['today', 'days'] as const).map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="period"
            className="hidden-words"
            checked={period === one}
            onChange={() => onChange(one)}
          />
          <span>{words.costs[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Figures({ rows }: { rows: readonly CostRow[] }) {
  const total = totalOf(rows);
  const saved = rows.reduce((sum, { savedUsd }) => sum + savedUsd, 0);
  const unpriced = rows.reduce((sum, { unpricedCalls }) => sum + unpricedCalls, 0);
  return (
    <>
      <dl className="figures">
        <Figure name={words.costs.total} value={costWords(total)} />
        <Figure name={words.costs.calls} value={String(total.calls)} />
        <Figure name={words.costs.hitRate} value={percent(cacheRate(total.tokens))} />
        <Figure name={words.costs.saved} value={formatUsd(saved)} />
      </dl>
      {total.estimatedUsd > 0 && (
        <p className="figures-note">{words.costs.estimates(formatUsd(total.estimatedUsd))}</p>
      )}
      {unpriced > 0 && <p className="figures-note">{words.costs.unpriced(unpriced)}</p>}
    </>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Days({ rows, today }: { rows: readonly CostRow[]; today: string }) {
  const groups = useMemo(() => byDay(rows, Date.now()), [rows]);
  const { perDay, columns, today: todayName } = words.costs;
  const [first, middle] = [groups[0], groups[Math.floor(groups.length / 2)]];
  return (
    <CostBars
      title={perDay}
      groups={groups}
      current={today}
      nameColumn={columns.day}
      ends={[first?.name ?? '', middle?.name ?? '', todayName]}
    />
  );
}

function Today({ hours }: { hours: readonly CostHour[] }) {
  const groups = useMemo(() => byHour(hours), [hours]);
  const current = groups[new Date().getHours()]?.key ?? '';
  const { perHour, columns } = words.costs;
  return (
    <CostBars
      title={perHour}
      groups={groups}
      current={current}
      nameColumn={columns.hour}
      ends={['00:00', '12:00', '24:00']}
    />
  );
}
