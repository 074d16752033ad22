import type { ConversationId, SessionId } from '#shared/ids.ts';
import type { CommandContext } from '../terminal.ts';
import { firstLine } from '../text.ts';
import { doCommand } from '../with-relay.ts';

/** From now on the session talks in another conversation. */
export function move(
  context: CommandContext,
  session: string,
  conversation: string,
): Promise<number> {
  const input = {
    // The relay checks both ids by the contract.
    sessionId: session as SessionId,
    conversationId: conversation as ConversationId,
  };
  const said = () =>
    `${firstLine(session, 40)} talks in the conversation ${firstLine(conversation, 80)} from now on. ` +
    'What was said before stays where it was.';
  return doCommand(context, 'session.move', input, said);
}
