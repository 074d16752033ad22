import { formatTokens, formatUsd } from '#shared/format.ts';
import type { CostHour, CostLine, CostSummary } from '#shared/models.ts';
import { facts, table } from '../table.ts';
import type { CommandContext } from '../terminal.ts';
import { firstLine } from '../text.ts';
import { showQuery } from '../with-relay.ts';

export interface CostOptions {
  json?: boolean;
  /** Today alone, by the hour. */
  today?: boolean;
}

export function cost(context: CommandContext, options: CostOptions): Promise<number> {
  if (options.today) return showQuery(context, 'cost.hours', {}, describeHours, options);
  return showQuery(context, 'cost.summary', {}, describe, options);
}

function describeHours(hours: readonly CostHour[]): string {
  if (hours.length === 0) return 'Nothing was spent today.\n';
  const list = hours.map(({ hour, usd, estimatedUsd, calls, ...tokens }) => ({
    ...{ key: `${String(hour).padStart(2, '0')}:00`, usd, estimatedUsd, calls, tokens },
  }));
  const estimate = hours.some(({ estimatedUsd }) => estimatedUsd > 0) ? `${estimateNote}\n` : '';
  return lines('hour', list) + estimate;
}

const estimateNote = '~ your own Claude Code answered: what the API would have charged';

function describe(cost: CostSummary): string {
  const { tokens } = cost;
  const cacheWrite = tokens.cacheWrite5m + tokens.cacheWrite1h;
  const rows: [string, string][] = [
    ['today', formatUsd(cost.todayUsd)],
    ['total', formatUsd(cost.totalUsd)],
    ['calls', String(cost.calls)],
    ['input', `${formatTokens(tokens.input)} tokens`],
    ['output', `${formatTokens(tokens.output)} tokens`],
    ['cache', `${formatTokens(tokens.cacheRead)} read, ${formatTokens(cacheWrite)} written`],
    ['saved', `${formatUsd(cost.savedByCacheUsd)} by the cache`],
  ];
  if (cost.estimatedUsd > 0) {
    const words = 'through your own Claude Code: what the API would have charged';
    rows.push(['estimate', `${formatUsd(cost.estimatedUsd)} of the total ${words}`]);
  }
  if (cost.unpricedCalls > 0) {
    rows.push(['unpriced', `${cost.unpricedCalls} calls by models without a price, counted as 0`]);
  }
  const parts = [facts(rows)];
  if (cost.bySession.length > 0) parts.push(lines('session', cost.bySession));
  if (cost.byModel.length > 0) parts.push(lines('model', cost.byModel));
  return parts.join('\n');
}

function lines(heading: string, list: readonly CostLine[]): string {
  return table(
    [
      { heading },
      { heading: 'cost', align: 'right' },
      { heading: 'calls', align: 'right' },
      { heading: 'input', align: 'right' },
      { heading: 'output', align: 'right' },
    ],
    list.map(({ key, usd, estimatedUsd, calls, tokens }) => [
      firstLine(key, 40),
      `${estimatedUsd > 0 ? '~' : ''}${formatUsd(usd)}`,
      String(calls),
      formatTokens(tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h),
      formatTokens(tokens.output),
    ]),
  );
}
