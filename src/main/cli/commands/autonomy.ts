import type { Autonomy } from '#shared/events.ts';
import type { SessionId } from '#shared/ids.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { firstLine } from '../text.ts';
import { asJson, doCommand, refused, withRelay } from '../with-relay.ts';

const means: Record<Autonomy, string> = {
  off: 'off: Relay only watches it; the supervisor does not answer',
  draft: 'draft: every reply waits for your approval',
  auto: 'auto: the supervisor replies by itself',
};

/** How far the supervisor may go with a session; with a degree, sets it. */
export function autonomy(
  context: CommandContext,
  session: string,
  degree: Autonomy | undefined,
  options: { json?: boolean },
): Promise<number> {
  // The relay checks the id by the contract.
  const sessionId = session as SessionId;
  if (degree !== undefined) {
    const input = { sessionId, autonomy: degree };
    return doCommand(context, 'session.setAutonomy', input, () => `${means[degree]}.`);
  }
  return withRelay(context, async (relay) => {
    const sessions = await relay.call('sessions.list', {});
    if (!sessions.ok) return refused(context, sessions.error);
    const found = sessions.value.find(({ id }) => id === session);
    if (!found) {
      const name = firstLine(session, 40);
      context.terminal.complain(`There is no session ${name}. See: relay sessions`);
      return exitCode.failed;
    }
    const { autonomy: current } = found;
    context.terminal.write(options.json ? asJson({ autonomy: current }) : `${means[current]}.\n`);
    return exitCode.done;
  });
}
