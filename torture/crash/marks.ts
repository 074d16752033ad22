/** What tells one word from every other, wherever it turns up: `[[s3-17]]`. */
export const markOf = (sessionId: string, number: number): string => `[[${sessionId}-${number}]]`;

/** The same where the supervisor is not to take it for a question: `(s3-17)`. */
export const asideOf = (mark: string): string => mark.replace('[[', '(').replace(']]', ')');

/** Every word that a text for a session is about, as `markOf` writes it. */
export function marksIn(text: string): string[] {
  return [...text.matchAll(/(?:\[\[|\()(s\d+-\d+)(?:\]\]|\))/g)].map(([, id]) => `[[${id}]]`);
}

export interface FoundMark {
  mark: string;
  /** Where it begins in the text. */
  at: number;
}

/** The newest mark in `text`; with `sessionId`: of that session. */
export function lastMark(text: string, sessionId?: string): FoundMark | undefined {
  const found = [...text.matchAll(/\[\[(s\d+)-\d+\]\]/g)].findLast(
    ([, session]) => sessionId === undefined || session === sessionId,
  );
  return found && { mark: found[0], at: found.index };
}
