import { stripVTControlCharacters } from 'node:util';

/**
 * Text from sessions and the supervisor made safe for a terminal: escape sequences and control
 * characters could move the cursor, change the title or forge what Relay says.
 */
export function printable(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replaceAll('\t', '  ')
      // C0 without the line feed, DEL and C1, and the marks that turn the writing direction.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point
      .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')
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
