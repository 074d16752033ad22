import type { Excerpt } from '#shared/models.ts';

/** More words than anybody types; a whole page that was pasted is looked for by its beginning. */
const mostWords = 16;
const longestWord = 128;
const mostTyped = mostWords * longestWord;

/** What the tokenizer (unicode61) takes for part of a word. */
const wordPattern = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

/**
 * Typed text as words of an FTS5 query, each in quotes, so that nothing in it is an operator. What
 * is written together (`parse_config`, `a.ts:12`) is looked for together. The last word may be the
 * beginning of one, unless a blank follows it or it is a single letter, which would be half of all.
 */
export function searchWords(text: string): string[] {
  const typed = text
    .slice(0, mostTyped)
    .split(/\s+/u)
    .map((word) => word.replaceAll('\0', '').slice(0, longestWord))
    .filter((word) => wordsIn(word).length > 0)
    .slice(0, mostWords);
  return typed.map((word, index) => {
    const quoted = `"${word.replaceAll('"', '""').toWellFormed()}"`;
    const isLast = index === typed.length - 1 && !/\s$/u.test(text);
    const end = wordsIn(word).at(-1) ?? '';
    return isLast && Array.from(end).length > 1 ? `${quoted}*` : quoted;
  });
}

/** The bare words of a text, in lower case. */
export function wordsIn(text: string): string[] {
  return (text.slice(0, mostTyped).toLowerCase().match(wordPattern) ?? []).slice(0, 4 * mostWords);
}

const charactersBefore = 60;
const charactersInAll = 220;

/** The place where a text has what was typed, else its first word of it, with a little around. */
export function excerptOf(said: string, typed: string, words: readonly string[]): Excerpt {
  const sought = typed === '' ? [] : [typed.slice(0, mostTyped), ...words];
  const first = sought.map((part) => indexIn(said, part)).find((at) => at >= 0) ?? 0;
  const from = Math.max(0, first - charactersBefore);
  const to = Math.min(said.length, from + charactersInAll);
  const window = said.slice(from, to).toWellFormed().replace(/\s+/gu, ' ');
  const parts = marked(window, sought);
  if (from > 0) parts.unshift({ text: '…', isMatch: false });
  if (to < said.length) parts.push({ text: '…', isMatch: false });
  return parts;
}

function indexIn(said: string, part: string): number {
  return said.search(new RegExp(startOfWord + patternOf(part), 'iu'));
}

/** Words are found by their beginning, so only there is one marked. */
const startOfWord = String.raw`(?<![\p{L}\p{N}])`;

function marked(window: string, sought: readonly string[]): Excerpt {
  if (sought.length === 0) return [{ text: window, isMatch: false }];
  const any = sought.map(patternOf).join('|');
  const pieces = window.split(new RegExp(`(${startOfWord}(?:${any}))`, 'giu'));
  return pieces
    .map((text, index) => ({ text, isMatch: index % 2 === 1 }))
    .filter(({ text }) => text !== '');
}

/** The text itself, whatever blanks stand between its words. */
function patternOf(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/gu, String.raw`\$&`).replace(/\s+/gu, String.raw`\s+`);
}
