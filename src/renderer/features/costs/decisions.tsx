import { Download } from 'lucide-react';
import { useState } from 'react';
import type { OutcomeCounts, OutcomeRow } from '#shared/models.ts';
import { Button } from '../../components/button.tsx';
import { useQuery } from '../../components/use-query.ts';
import { useActions, useRelay } from '../../state/context.ts';
import { percent } from '../../text/cost-figures.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { localDay } from '../../text/time.ts';
import { words } from '../../words.ts';
import {
  decisionsAsCsv,
  groupDecisions,
  type Rate,
  ratesByDay,
  ratesOf,
  sumCounts,
} from './decision-rates.ts';
import { DecisionTable } from './decision-table.tsx';
import { RateChart } from './rate-chart.tsx';

const text = words.costs.decisions;
const modelName = (model: string) => (model === '' ? text.unknownModel : harmlessLine(model));

/** How often the supervisor was wrong, and how often it asked in vain, over time. */
export function Decisions({ nameOf }: { nameOf: (sessionId: string) => string }) {
  const actions = useActions();
  const seq = useRelay((state) => state.snapshot?.seq ?? 0);
  const { value: rows, problem } = useQuery('stats.rows', {}, seq);
  const { value: ever } = useQuery('stats.summary', {}, seq);
  return (
    <section className="chart decisions">
      <header className="decisions-head">
        <h2>{text.title}</h2>
        <span className="grow" />
        <Button
          disabled={!rows || rows.length === 0}
          onClick={() =>
            void actions.saveFile(
              `relay-decisions-${localDay(Date.now())}.csv`,
              decisionsAsCsv(rows ?? []),
            )
          }
        >
          <Download size={13} aria-hidden="true" />
          {words.costs.csv}
        </Button>
      </header>
      <p className="quiet">{text.body}</p>
      {problem !== '' && <p>{problem}</p>}
      {rows?.length === 0 && <p className="decisions-none">{text.nothing}</p>}
      {rows && rows.length > 0 && <Shown rows={rows} ever={ever?.total} nameOf={nameOf} />}
    </section>
  );
}

interface ShownProps {
  rows: readonly OutcomeRow[];
  /** Since the beginning. */
  ever: OutcomeCounts | undefined;
  nameOf: (sessionId: string) => string;
}

function Shown({ rows, ever, nameOf }: ShownProps) {
  const [session, setSession] = useState<string | null>(null);
  const [model, setModel] = useState<string | null>(null);
  const shown = rows.filter(
    (row) =>
      (session === null || row.session === session) && (model === null || row.model === model),
  );
  const isAll = session === null && model === null;
  const days = ratesByDay(shown, Date.now());
  const bySession = groupDecisions(rows, (row) => row.session, nameOf);
  const byModel = groupDecisions(rows, (row) => row.model, modelName);
  const perDay = days
    .filter(({ counts }) => Object.values(counts).some((count) => count > 0))
    .map(({ day, name, counts }) => ({ key: day, name, counts }))
    .toReversed();
  const { columns } = words.costs;
  return (
    <>
      <Figures rows={shown} ever={isAll ? ever : undefined} />
      <div className="decisions-filter">
        <Filter
          label={text.filterSession}
          all={text.allSessions}
          value={session}
          options={bySession}
          onChange={setSession}
        />
        <Filter
          label={text.filterModel}
          all={text.allModels}
          value={model}
          options={byModel}
          onChange={setModel}
        />
        <span className="quiet">{text.chartNote}</span>
      </div>
      <RateChart days={days} />
      <details className="chart-table">
        <summary>{words.costs.table}</summary>
        <DecisionTable title={text.chart} nameColumn={columns.day} groups={perDay} />
      </details>
      <h3>{text.bySession}</h3>
      <DecisionTable title={text.bySession} nameColumn={columns.name} groups={bySession} />
      <h3>{text.byModel}</h3>
      <DecisionTable title={text.byModel} nameColumn={columns.name} groups={byModel} />
    </>
  );
}

function Figures({ rows, ever }: { rows: readonly OutcomeRow[]; ever: OutcomeCounts | undefined }) {
  const { wrong, needless, drafts } = ratesOf(sumCounts(rows));
  const total = ever && ratesOf(ever);
  return (
    <dl className="figures">
      <Figure name={text.wrong} rate={wrong} ever={total?.wrong} />
      <Figure name={text.needless} rate={needless} ever={total?.needless} />
      <Figure name={text.drafts} rate={drafts} ever={total?.drafts} />
    </dl>
  );
}

function Figure({ name, rate, ever }: { name: string; rate: Rate; ever: Rate | undefined }) {
  const isOlder = ever !== undefined && ever.rate !== null && ever.whole > rate.whole;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{rate.rate === null ? '–' : percent(rate.rate)}</dd>
      <dd className="figure-more">
        {rate.rate === null ? text.none : text.of(rate.part, rate.whole)}
        {isOlder && `, ${text.ever(percent(ever.rate ?? 0))}`}
      </dd>
    </div>
  );
}

interface FilterProps {
  label: string;
  all: string;
  value: string | null;
  options: readonly { key: string; name: string }[];
  onChange: (value: string | null) => void;
}

function Filter({ label, all, value, options, onChange }: FilterProps) {
  // A key may be empty: the owner's own word, or a model that is not known.
  const chosen = options.findIndex(({ key }) => key === value);
  return (
    <select
      className="field"
      aria-label={label}
      value={chosen}
      onChange={({ target }) => onChange(options[Number(target.value)]?.key ?? null)}
    >
      <option value={-1}>{all}</option>
      {options.map(({ key, name }, index) => (
        <option key={key} value={index}>
          {name}
        </option>
      ))}
    </select>
  );
}
