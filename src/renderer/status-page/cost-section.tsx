import { formatTokens, formatUsd } from '#shared/format.ts';
import type { CostSummary } from '#shared/models.ts';

/** Money and tokens. */
export function CostSection({ cost, budgetUsd }: { cost: CostSummary; budgetUsd: number | null }) {
  const { tokens } = cost;
  const budget = budgetUsd === null ? '' : ` of ${formatUsd(budgetUsd)}`;
  const rows: [string, string][] = [
    ['Today', `${formatUsd(cost.todayUsd)}${budget}`],
    ['Total', formatUsd(cost.totalUsd)],
    ['Calls', String(cost.calls)],
    ['Input', `${formatTokens(tokens.input)} fresh, ${formatTokens(tokens.cacheRead)} cached`],
    ['Output', formatTokens(tokens.output)],
    ['Saved by the cache', formatUsd(cost.savedByCacheUsd)],
  ];
  return (
    <section aria-label="Costs">
      <h2>Costs</h2>
      <dl>
        {rows.map(([name, text]) => (
          <div key={name} className="fact">
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
