import { type CommandContext, exitCode } from '../terminal.ts';
import { doCommand } from '../with-relay.ts';
import { takeWords } from '../words.ts';

/** The owner's word to the supervisor. */
export async function say(context: CommandContext, words: readonly string[]): Promise<number> {
  const taken = await takeWords(context, words, 'To the supervisor:');
  if (!taken.ok) {
    context.terminal.complain(taken.message);
    return exitCode.wrongUsage;
  }
  const input = { text: taken.text, via: 'cli' as const };
  return doCommand(context, 'owner.say', input, () => 'Given to the supervisor.');
}
