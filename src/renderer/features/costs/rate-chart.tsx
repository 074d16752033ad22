import { percent } from '../../text/cost-figures.ts';
import { words } from '../../words.ts';
import type { DayOfRates, Rate } from './decision-rates.ts';

const height = 96;
const step = 32;

type Line = 'wrong' | 'needless';
const lines = ['needless', 'wrong'] as const satisfies readonly Line[];

/** Both rates over time; told apart by the line as well as by its name. */
export function RateChart({ days }: { days: readonly DayOfRates[] }) {
  const { decisions, today } = words.costs;
  const most = Math.max(
    ...days.flatMap(({ rates }) => lines.map((line) => rates[line].rate ?? 0)),
    0.05,
  );
  const top = Math.min(1, Math.ceil(most * 10) / 10);
  const width = days.length * step;
  return (
    <>
      <ul className="rate-legend">
        {lines.map((line) => (
          <li key={line}>
            <svg viewBox="0 0 24 8" aria-hidden="true">
              <line className={`rate-line rate-${line}`} x1="0" x2="24" y1="4" y2="4" />
            </svg>
            {decisions[line]}
          </li>
        ))}
      </ul>
      <div className="day-bars">
        <div className="day-axis rate-axis" aria-hidden="true">
          <span>{percent(top)}</span>
          <span>{percent(top / 2)}</span>
          <span>0%</span>
        </div>
        <div className="day-plot rate-plot">
          <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
            <line className="grid" x1="0" x2={width} y1="0.5" y2="0.5" />
            <line className="grid" x1="0" x2={width} y1={height / 2} y2={height / 2} />
            {lines.map((line) => (
              <path key={line} className={`rate-line rate-${line}`} d={pathOf(days, line, top)} />
            ))}
            {days.map(({ day, name, rates }, index) => (
              <rect key={day} className="bar-reach" x={index * step} width={step} height={height}>
                <title>{`${name}: ${lines.map((line) => `${decisions[line]} ${rateWords(rates[line])}`).join(', ')}`}</title>
              </rect>
            ))}
          </svg>
          <div className="day-names" aria-hidden="true">
            <span>{days[0]?.name}</span>
            <span>{days[Math.floor(days.length / 2)]?.name}</span>
            <span>{today}</span>
          </div>
        </div>
      </div>
    </>
  );
}

/** `2% (1 of 48)`, or that there was nothing. */
export function rateWords({ part, whole, rate }: Rate): string {
  return rate === null ? '–' : `${percent(rate)} (${part}/${whole})`;
}

/** A line through the days that have a rate, with a gap where there is none. */
function pathOf(days: readonly DayOfRates[], line: Line, top: number): string {
  let isDrawn = false;
  return days
    .map(({ rates }, index) => {
      const { rate } = rates[line];
      const command = isDrawn ? 'L' : 'M';
      isDrawn = rate !== null;
      if (rate === null) return '';
      // Half a line's width from the edge, so that nothing is cut off.
      const y = 1 + (1 - rate / top) * (height - 2);
      return `${command}${index * step + step / 2} ${y.toFixed(1)}`;
    })
    .join('');
}
