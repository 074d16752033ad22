import type { Row } from './measurement.ts';

const columns = ['', 'relay', 'against', 'ratio', 'aim', ''] as const;

/** The rows as text, a line each, aligned. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ what, unit, relay, against, ratio, aim }) => [
    what,
    `${figure(relay)} ${unit}`,
    against ? `${figure(against.value)} ${unit} (${against.name})` : '',
    ratio === null ? '' : `${figure(ratio)}x`,
    aim?.is ?? '',
    aim === null ? '' : aim.isMet ? 'met' : 'MISSED',
  ]);
  const lines = [[...columns], ...cells];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Three digits that say something. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1000
    ? Math.round(value).toLocaleString('en-US')
    : size >= 100
      ? value.toFixed(0)
      : size >= 10
        ? value.toFixed(1)
        : size >= 0.1 || size === 0
          ? value.toFixed(2)
          : value.toPrecision(2);
}
