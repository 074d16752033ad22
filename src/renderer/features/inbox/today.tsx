import { formatUsd } from '#shared/format.ts';
import type { CostSummary } from '#shared/models.ts';
import { useActions, useRelay } from '../../state/context.ts';
import { cacheRate, lastDays, percent } from '../../text/cost-figures.ts';
import { localDay } from '../../text/time.ts';
import { words } from '../../words.ts';

const daysShown = 14;

/** What the day has cost, at the edge of the eye; a click opens all about costs. */
export function Today() {
  const cost = useRelay((state) => state.snapshot?.cost);
  const budget = useRelay((state) => state.snapshot?.status.budgetPerDayUsd ?? null);
  const actions = useActions();
  if (!cost) return null;
  const today = cost.byDay.find(({ key }) => key === localDay(Date.now()));
  return (
    <button type="button" className="today" onClick={() => actions.go('costs')}>
      <span className="today-line">
        <span className="today-name">{words.inbox.today}</span>
        <span className="money">{formatUsd(cost.todayUsd)}</span>
        {budget !== null && (
          <span className="today-budget">{words.inbox.ofBudget(formatUsd(budget))}</span>
        )}
      </span>
      <Spark cost={cost} />
      <span className="today-line today-facts">
        {today && <span>{words.inbox.cached(percent(cacheRate(today.tokens)))}</span>}
        <span>{words.inbox.calls(today?.calls ?? 0)}</span>
      </span>
    </button>
  );
}

/** The last two weeks as bars; the numbers are one click away. */
function Spark({ cost }: { cost: CostSummary }) {
  const byDay = new Map(cost.byDay.map(({ key, usd }) => [key, usd]));
  const days = lastDays(daysShown, Date.now()).map((day) => byDay.get(day) ?? 0);
  const most = Math.max(...days, 0.000001);
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${daysShown * 8} 24`}
      preserveAspectRatio="none"
      role="img"
      aria-label={words.inbox.lastDays(daysShown)}
    >
      {days.map((usd, index) => {
        const height = usd === 0 ? 1 : Math.max(2, (usd / most) * 24);
        const isToday = index === days.length - 1;
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place in the row.
            key={index}
            className={isToday ? 'spark-today' : ''}
            x={index * 8}
            y={24 - height}
            width={6}
            height={height}
          />
        );
      })}
    </svg>
  );
}
