import { stripVTControlCharacters } from 'node:util';

/**
 * Text from sessions and the supervisor made safe for a terminal: escape sequences, control characters
 * and marks that turn or hide text could move the cursor, change the title or forge what Relay says.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll('\t', '  ').replace(unseen, '');
}

/** Controls and formatting marks; but line breaks, and the joiner that emoji are made with. */
const unseen = /(?![\n\u200d])[\p{Cc}\p{Cf}]/gu;

/** JSON that is the same to programs, and says nothing to a terminal: what is unseen is escaped. */
export function terminalJson(value: unknown, indentation?: number): string {
  return JSON.stringify(value, null, indentation).replace(unseen, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** The first line, cut at a width with an ellipsis. */
export function firstLine(text: string, maxChars: number): string {
  const line = printable(text.trim()).split('\n', 1)[0] ?? '';
  const chars = Array.from(line);
  return chars.length <= maxChars ? line : `${chars.slice(0, Math.max(0, maxChars - 1)).join('')}…`;
}

/** Every line set in by some spaces. */
export function indent(text: string, spaces: number): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : ' '.repeat(spaces) + line))
    .join('\n');
}
