import { costWords } from '../../text/cost-figures.ts';
import { words } from '../../words.ts';
import type { Group } from './cost-groups.ts';
import { CostTable } from './cost-table.tsx';

const mostShown = 8;

/** The parts of what was spent, the dearest first, each with its share as a bar. */
export function Breakdown({ title, groups }: { title: string; groups: readonly Group[] }) {
  const most = Math.max(...groups.map(({ usd }) => usd), 0.000001);
  return (
    <section className="chart breakdown">
      <h2>{title}</h2>
      <ul>
        {groups.slice(0, mostShown).map(({ key, name, usd, estimatedUsd }) => (
          <li key={key}>
            <span className="breakdown-name" title={name}>
              {name}
            </span>
            <span className="money">{costWords({ usd, estimatedUsd })}</span>
            <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
              <rect className="bar" width={Math.max(0.5, (usd / most) * 100)} height="4" />
            </svg>
          </li>
        ))}
      </ul>
      <CostTable title={title} nameColumn={words.costs.columns.name} groups={groups} />
    </section>
  );
}
