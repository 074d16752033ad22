import { formatUsd } from '#shared/format.ts';
import { words } from '../../words.ts';
import type { Group } from './cost-groups.ts';
import { CostTable } from './cost-table.tsx';

const height = 120;
const step = 32;
const barWidth = 24;

/** The last 30 days as bars, with the same as a table below. */
export function DayBars({ groups, today }: { groups: readonly Group[]; today: string }) {
  const most = Math.max(...groups.map(({ usd }) => usd), 0.01);
  const top = niceTop(most);
  return (
    <section className="chart">
      <h2>{words.costs.perDay}</h2>
      <div className="day-bars">
        <div className="day-axis" aria-hidden="true">
          <span>{formatUsd(top)}</span>
          <span>{formatUsd(top / 2)}</span>
          <span>$0</span>
        </div>
        <div className="day-plot">
          <svg
            viewBox={`0 0 ${groups.length * step} ${height}`}
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            <line className="grid" x1="0" x2={groups.length * step} y1="0.5" y2="0.5" />
            <line
              className="grid"
              x1="0"
              x2={groups.length * step}
              y1={height / 2}
              y2={height / 2}
            />
            {groups.map(({ key, usd, name, calls }, index) => {
              const tall = usd === 0 ? 0 : Math.max(1.5, (usd / top) * height);
              return (
                <g key={key}>
                  <rect
                    className={key === today ? 'bar bar-today' : 'bar'}
                    x={index * step + (step - barWidth) / 2}
                    y={height - tall}
                    width={barWidth}
                    height={tall}
                  />
                  <rect className="bar-reach" x={index * step} width={step} height={height}>
                    <title>{`${name}: ${formatUsd(usd)}, ${words.inbox.calls(calls)}`}</title>
                  </rect>
                </g>
              );
            })}
          </svg>
          <div className="day-names" aria-hidden="true">
            <span>{groups[0]?.name}</span>
            <span>{groups[Math.floor(groups.length / 2)]?.name}</span>
            <span>{words.costs.today}</span>
          </div>
        </div>
      </div>
      <CostTable
        title={words.costs.perDay}
        nameColumn={words.costs.columns.day}
        groups={groups.filter(({ calls }) => calls > 0).toReversed()}
      />
    </section>
  );
}

/** The next round amount above: 1, 2 or 5 of some power of ten. */
function niceTop(usd: number): number {
  const power = 10 ** Math.floor(Math.log10(usd));
  const factor = [1, 2, 5, 10].find((one) => one * power >= usd) ?? 10;
  return factor * power;
}
