import type { ConversationEntry } from './entry.ts';
import { closeTag, openTag } from './tags.ts';

/**
 * Whom the answer goes to, where the words at the end of the conversation would mislead: the
 * supervisor takes it to be whoever spoke last, and others can have spoken since the words that are
 * to be answered were first sent, or have withdrawn what they said. Framed; undefined where the last
 * voice is that of `sessionId` (null: the owner's own word to the supervisor).
 */
export function addresseeNote(
  entries: readonly ConversationEntry[],
  sessionId: string | null,
): string | undefined {
  const last = entries.findLast(({ author }) => author === 'session' || author === 'owner');
  if (!last || last.sessionId === sessionId) return undefined;
  const note =
    sessionId === null
      ? "The owner's last words to you have not been answered yet. Your answer goes to the owner."
      : `The last words of session ${sessionId} have not been answered yet. Your answer goes to ${sessionId}.`;
  return `${openTag('relay', { session: sessionId })}\n${note}\n${closeTag('relay')}`;
}
