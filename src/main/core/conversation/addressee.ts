import type { ConversationEntry } from './entry.ts';
import { scaleSize } from './estimate.ts';
import { fitEntry } from './fit.ts';
import { limitSize, type ViewportLimits } from './limits.ts';
import { frameEntry, partSeparator } from './render.ts';
import { closeTag, openTag } from './tags.ts';

/**
 * Whom the answer goes to, where the words at the end of the conversation would mislead: the
 * supervisor takes it to be whoever spoke last, and others can have spoken since the words that are
 * to be answered were first sent, or have withdrawn what they said. Framed; undefined where the last
 * voice is that of `sessionId` (null: the owner's own word to the supervisor).
 *
 * @param owed what waits for the answer although a summary has taken its place: a call that failed
 * or was held comes back after others have moved the window. It is said again, word for word.
 */
export function addresseeNote(
  { entries, owed }: { entries: readonly ConversationEntry[]; owed: readonly ConversationEntry[] },
  sessionId: string | null,
  limits: ViewportLimits,
): string | undefined {
  const last = entries.findLast(({ author }) => author === 'session' || author === 'owner');
  const isClear = !last || last.sessionId === sessionId;
  if (isClear && owed.length === 0) return undefined;
  const whose = sessionId === null ? "The owner's last words to you" : lastWordsOf(sessionId);
  const above = owed.length === 0 ? '' : '; they stand above once more';
  const note = `${whose} have not been answered yet${above}. Your answer goes to ${sessionId ?? 'the owner'}.`;
  const framed = `${openTag('relay', { session: sessionId })}\n${note}\n${closeTag('relay')}`;
  return [...wordsAgain(owed, limits), framed].join(partSeparator);
}

const lastWordsOf = (sessionId: string): string => `The last words of session ${sessionId}`;

/** What is said again may take so much of the prompt. */
const againShare = 0.25;

function wordsAgain(owed: readonly ConversationEntry[], limits: ViewportLimits): string[] {
  const room = scaleSize(limitSize(limits), againShare / Math.max(1, owed.length));
  return owed.map((entry) => fitEntry(entry, frameEntry(entry), room, 1).text);
}
