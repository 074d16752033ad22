import type { SessionId } from '#shared/ids.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { doCommand } from '../with-relay.ts';
import { takeWords } from '../words.ts';

/** Text straight to a session, without the supervisor. */
export async function send(
  context: CommandContext,
  sessionId: string,
  words: readonly string[],
): Promise<number> {
  const taken = await takeWords(context, words, `To ${sessionId}:`);
  if (!taken.ok) {
    context.terminal.complain(taken.message);
    return exitCode.wrongUsage;
  }
  // The relay checks the id by the contract.
  const input = { sessionId: sessionId as SessionId, text: taken.text, via: 'cli' as const };
  return doCommand(context, 'session.send', input, () => `On its way to ${sessionId}.`);
}
