/** One column of a table: a heading and which side its cells keep to. */
export interface Column {
  heading: string;
  align?: 'left' | 'right';
}

/** Aligned lines, two spaces between columns, no rules; ends with a line break. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ heading }) => heading), ...rows];
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((line) => width(line[index] ?? ''))),
  );
  const asLine = (line: readonly string[]) =>
    columns
      .map((column, index) => pad(line[index] ?? '', widths[index] ?? 0, column.align ?? 'left'))
      .join('  ')
      .trimEnd();
  return `${lines.map(asLine).join('\n')}\n`;
}

/** Names and what they stand for, aligned. */
export function facts(rows: readonly (readonly [name: string, text: string])[]): string {
  const nameWidth = Math.max(...rows.map(([name]) => width(name)));
  return rows.map(([name, text]) => `${pad(name, nameWidth, 'left')}  ${text}\n`).join('');
}

function width(text: string): number {
  return Array.from(text).length;
}

function pad(text: string, toWidth: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, toWidth - width(text)));
  return align === 'right' ? space + text : text + space;
}
