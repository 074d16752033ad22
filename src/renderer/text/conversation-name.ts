import type { ConversationId, SessionId } from '#shared/ids.ts';
import { words } from '../words.ts';
import { harmlessLine } from './harmless.ts';

/** The conversation that a session has to itself; the same as with the scope `session`. */
export const ownConversation = (id: SessionId): ConversationId =>
  // Any text that is not empty is one, and a session's id is more than that.
  id as string as ConversationId;

/** `session:` and the id is how the interface once called it. */
export const isOwnConversation = (id: ConversationId, of: SessionId): boolean =>
  id === ownConversation(of) || id === `session:${of}`;

/** How a conversation is called, as seen from one session: a project's by its folder's last part. */
export function conversationName(id: ConversationId, from: SessionId): string {
  const { ownShort, common } = words.details.conversation;
  if (isOwnConversation(id, from)) return ownShort;
  if (id === 'default') return common;
  const name = id.replace(/^session:/, '');
  return harmlessLine(name.split(/[\\/]/).filter(Boolean).at(-1) ?? name);
}

/** Where a session can be moved: its own first, then those that others are in. */
export function conversationsFor(
  of: SessionId,
  sessions: readonly { conversationId: ConversationId }[],
): ConversationId[] {
  const others = sessions
    .map(({ conversationId }) => conversationId)
    .filter((id) => !isOwnConversation(id, of));
  const named = [...new Set(others)].sort((a, b) =>
    conversationName(a, of).localeCompare(conversationName(b, of)),
  );
  return [ownConversation(of), ...named];
}
