import type { Autonomy } from '#shared/events.ts';
import type { SessionId } from '#shared/ids.ts';
import { knownSession } from '../known-session.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { asJson, doCommand, withRelay } from '../with-relay.ts';

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
    const known = await knownSession(context, relay, session);
    if (!known.ok) return known.code;
    const { autonomy: current } = known.session;
    context.terminal.write(options.json ? asJson({ autonomy: current }) : `${means[current]}.\n`);
    return exitCode.done;
  });
}
