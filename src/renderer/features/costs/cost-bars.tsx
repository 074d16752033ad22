import { formatUsd } from '#shared/format.ts';
import { costWords } from '../../text/cost-figures.ts';
import { words } from '../../words.ts';
import type { Group } from './cost-groups.ts';
import { CostTable } from './cost-table.tsx';

const height = 120;
const step = 32;
const barWidth = 24;

interface Props {
  title: string;
  /** One bar each, in order of time. */
  groups: readonly Group[];
  /** The bar that is still growing, and what it is called below. */
  current: string;
  nameColumn: string;
  /** What stands below the beginning, the middle and the end. */
  ends: readonly [string, string, string];
}

/** What was spent over time as bars, with the same as a table below. */
export function CostBars({ title, groups, current, nameColumn, ends }: Props) {
  const most = Math.max(...groups.map(({ usd }) => usd), 0.01);
  const top = niceTop(most);
  const width = groups.length * step;
  return (
    <section className="chart">
      <h2>{title}</h2>
      <div className="day-bars">
        <div className="day-axis" aria-hidden="true">
          <span>{formatUsd(top)}</span>
          <span>{formatUsd(top / 2)}</span>
          <span>$0</span>
        </div>
        <div className="day-plot">
          <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
            <line className="grid" x1="0" x2={width} y1="0.5" y2="0.5" />
            <line className="grid" x1="0" x2={width} y1={height / 2} y2={height / 2} />
            {groups.map((group, index) => (
              <Bar key={group.key} {...{ group, index, top }} isCurrent={group.key === current} />
            ))}
          </svg>
          <div className="day-names" aria-hidden="true">
            {ends.map((name) => (
              <span key={name}>{name}</span>
            ))}
          </div>
        </div>
      </div>
      <CostTable
        title={title}
        nameColumn={nameColumn}
        groups={groups.filter(({ calls }) => calls > 0).toReversed()}
      />
    </section>
  );
}

interface BarProps {
  group: Group;
  index: number;
  top: number;
  isCurrent: boolean;
}

function Bar({ group, index, top, isCurrent }: BarProps) {
  const { usd, name, calls } = group;
  const tall = usd === 0 ? 0 : Math.max(1.5, (usd / top) * height);
  return (
    <g>
      <rect
        className={isCurrent ? 'bar bar-today' : 'bar'}
        x={index * step + (step - barWidth) / 2}
        y={height - tall}
        width={barWidth}
        height={tall}
      />
      <rect className="bar-reach" x={index * step} width={step} height={height}>
        <title>{`${name}: ${costWords(group)}, ${words.inbox.calls(calls)}`}</title>
      </rect>
    </g>
  );
}

/** The next round amount above: 1, 2 or 5 of some power of ten. */
function niceTop(usd: number): number {
  const power = 10 ** Math.floor(Math.log10(usd));
  const factor = [1, 2, 5, 10].find((one) => one * power >= usd) ?? 10;
  return factor * power;
}
