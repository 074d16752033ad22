import ansiRegex from 'ansi-regex';

/**
 * Characters that reorder or hide what stands around them: bidirectional controls, invisible
 * joiners, control characters; but for line breaks, tabs and the joiner that emoji are made with.
 */
const tricky = /(?![\n\t\u200d])[\p{Cc}\p{Cf}]/gu;
const terminalCodes = ansiRegex();

/**
 * What a session or the supervisor said, without what could mislead the reader: colours and cursor
 * movements of a terminal go, characters that hide or reorder text become visible.
 */
export function harmless(text: string): string {
  return text
    .replace(terminalCodes, '')
    .replace(/\r\n?/g, '\n')
    .replace(tricky, (character) => `[U+${hex(character)}]`);
}

/** Every character that is there: what is to be allowed must not read as something else. */
export function exact(text: string): string {
  return text.replace(tricky, (character) => `[U+${hex(character)}]`);
}

/** As `harmless`, in one line, for titles and rows. */
export function harmlessLine(text: string): string {
  return harmless(text).replace(/\s+/g, ' ').trim();
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
