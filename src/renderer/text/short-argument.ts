import { harmlessLine } from './harmless.ts';

const longestLine = 160;

/** The first words of what a tool was given: `src/parser.ts`, `npm test`. */
export function shortArgument(input: unknown): string {
  const values = typeof input === 'object' && input !== null ? Object.values(input) : [];
  const first = values.find((value) => typeof value === 'string') ?? '';
  const line = harmlessLine(first);
  return line.length > longestLine ? `${line.slice(0, longestLine - 1).toWellFormed()}…` : line;
}
