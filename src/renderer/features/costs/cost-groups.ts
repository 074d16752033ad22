import type { CostRow } from '#shared/models.ts';
import { addUsage, noUsage, type Usage } from '#shared/usage.ts';

/** What several rows cost together. */
export interface Group {
  key: string;
  name: string;
  usd: number;
  calls: number;
  tokens: Usage;
}

export function totalOf(rows: readonly CostRow[]): Group {
  const none: Group = { key: '', name: '', usd: 0, calls: 0, tokens: noUsage };
  return rows.reduce((sum, row) => addRow(sum, row), none);
}

/** Groups of rows with the same name, the dearest first. */
export function groupRows(rows: readonly CostRow[], keyOf: (row: CostRow) => string): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key) ?? { key, name: key, usd: 0, calls: 0, tokens: noUsage };
    groups.set(key, addRow(group, row));
  }
  return [...groups.values()].sort((a, b) => b.usd - a.usd);
}

function addRow(group: Group, row: CostRow): Group {
  const { usd, calls, tokens } = group;
  return {
    ...group,
    usd: usd + row.usd,
    calls: calls + row.calls,
    tokens: addUsage(tokens, row),
  };
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

/** The rows as comma-separated values (RFC 4180). */
export function asCsv(rows: readonly CostRow[]): string {
  const lines = rows.map((row) => columns.map((column) => csvField(row[column])).join(','));
  return [columns.join(','), ...lines].map((line) => `${line}\r\n`).join('');
}

function csvField(value: string | number): string {
  // A number of our own may begin with a minus; a text that begins like this is a formula to some
  // programs.
  const text = typeof value === 'string' && /^[=+\-@]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
