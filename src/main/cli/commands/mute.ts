import type { SessionId } from '#shared/ids.ts';
import type { CommandContext } from '../terminal.ts';
import { firstLine } from '../text.ts';
import { doCommand } from '../with-relay.ts';

/** Whether you are notified of what waits in a session. */
export function setMuted(
  context: CommandContext,
  session: string,
  muted: boolean,
): Promise<number> {
  const name = firstLine(session, 40);
  const said = () =>
    muted
      ? `You are not notified about ${name} any more. What waits there is in relay inbox.`
      : `You are notified about ${name} again.`;
  // The relay checks the id by the contract.
  return doCommand(context, 'session.setMuted', { sessionId: session as SessionId, muted }, said);
}
