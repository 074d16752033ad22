import type { SessionId } from '#shared/ids.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { refused, withRelay } from '../with-relay.ts';
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
  return withRelay(context, async (relay) => {
    const before = await relay.call('sessions.list', {});
    const sent = await relay.call('session.send', input);
    if (!sent.ok) return refused(context, sent.error);
    // It may speak later, and gets the word then; or the id is mistyped.
    const isUnknown = before.ok && !before.value.some(({ id }) => id === sessionId);
    const remark = isUnknown ? ', which has not spoken to Relay yet; see: relay sessions' : '.';
    context.terminal.write(`On its way to ${sessionId}${remark}\n`);
    return exitCode.done;
  });
}
