import type { CostHour, CostRow } from '#shared/models.ts';
import { addUsage, noUsage, type Usage } from '#shared/usage.ts';
import { lastDays } from '../../text/cost-figures.ts';
import { asCsv } from '../../text/csv.ts';
import { shortDate } from '../../text/time.ts';

/** What several rows cost together. */
export interface Group {
  key: string;
  name: string;
  usd: number;
  /** How much of it is an estimate. */
  estimatedUsd: number;
  calls: number;
  tokens: Usage;
}

/** What rows and hours have in common. */
type Spent = Pick<CostRow, 'usd' | 'estimatedUsd' | 'calls' | keyof Usage>;

export const emptyGroup = (key: string, name = key): Group => ({
  ...{ key, name, usd: 0, estimatedUsd: 0, calls: 0, tokens: noUsage },
});

export function totalOf(rows: readonly Spent[]): Group {
  return rows.reduce((sum: Group, row) => addRow(sum, row), emptyGroup(''));
}

/** Groups of rows with the same name, the dearest first. */
export function groupRows(rows: readonly CostRow[], keyOf: (row: CostRow) => string): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const key = keyOf(row);
    groups.set(key, addRow(groups.get(key) ?? emptyGroup(key), row));
  }
  return [...groups.values()].sort((a, b) => b.usd - a.usd);
}

function addRow(group: Group, row: Spent): Group {
  const { usd, estimatedUsd, calls, tokens } = group;
  return {
    ...group,
    usd: usd + row.usd,
    estimatedUsd: estimatedUsd + row.estimatedUsd,
    calls: calls + row.calls,
    tokens: addUsage(tokens, row),
  };
}

/** The last 30 days, those without costs too. */
export function byDay(rows: readonly CostRow[], now: number): Group[] {
  const found = new Map(groupRows(rows, ({ day }) => day).map((group) => [group.key, group]));
  return lastDays(30, now).map((day) => ({
    ...(found.get(day) ?? emptyGroup(day)),
    name: shortDate(day),
  }));
}

/** The hours of today, those without costs too. */
export function byHour(hours: readonly CostHour[]): Group[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const found = hours.filter((one) => one.hour === hour);
    const key = `${String(hour).padStart(2, '0')}:00`;
    return { ...totalOf(found), key, name: key };
  });
}

const columns = [
  'day',
  'session',
  'model',
  'purpose',
  'calls',
  'input',
  'output',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'usd',
  'estimatedUsd',
  'savedUsd',
] as const satisfies readonly (keyof CostRow)[];

/** The rows as comma-separated values. */
export const costsAsCsv = (rows: readonly CostRow[]): string => asCsv(columns, rows);
