/** A longer text is folded after this many lines (INTERFACE.md, Conversation). */
export const foldLines = 20;
/** One line can be a megabyte: what is shown at first is also limited in characters. */
export const foldCharacters = 4_000;
/** What is shown at once when a text is unfolded; more comes with another click. */
const stepCharacters = 100_000;

export interface Folded {
  shown: string;
  hiddenLines: number;
  hiddenCharacters: number;
}

/** The beginning of a text, cut at a line where that is possible, and how much is left out. */
export function fold(text: string, steps = 0): Folded {
  const most = steps === 0 ? foldCharacters : steps * stepCharacters;
  let end = steps === 0 ? endOfLine(text, foldLines) : text.length;
  if (end > most) {
    const lineEnd = text.lastIndexOf('\n', most);
    end = lineEnd > most / 2 ? lineEnd : most;
    // Never between the two halves of one character.
    if (/[\ud800-\udbff]/.test(text[end - 1] ?? '')) end -= 1;
  }
  const hidden = text.slice(end).replace(/^\n/, '');
  return {
    shown: text.slice(0, end),
    hiddenLines: hidden === '' ? 0 : countLines(hidden),
    hiddenCharacters: hidden.length,
  };
}

/** Where the given number of lines ends; a line or two more are not worth a fold. */
function endOfLine(text: string, lines: number): number {
  let at = -1;
  for (let line = 0; line < lines; line += 1) {
    at = text.indexOf('\n', at + 1);
    if (at === -1) return text.length;
  }
  const rest = text.slice(at + 1).trimEnd();
  return countLines(rest) <= 2 ? text.length : at;
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
