/**
 * Text as part of one line that is shown: nothing in it that would not be seen or would make the line
 * read as another (line breaks, control and direction characters are spelled out), and not longer than
 * `longest` characters. For what is quoted from a file or from somebody else.
 */
export function plainLine(text: string, longest = 300): string {
  const spelled = text
    .slice(0, longest + 1)
    .replace(
      /[\p{C}\p{Zl}\p{Zp}]/gu,
      (char) => `[U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
  if (spelled.length <= longest) return spelled;
  return `${spelled
    .slice(0, longest - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`;
}
