import type { CommandKit } from './command-line.ts';
import type { SearchOptions } from './commands/search.ts';

/** The commands about what is remembered. */
export function describeMemoryCommands({
  context,
  command,
  look,
  run,
  readWholeNumber,
}: CommandKit) {
  type Json = { json?: boolean };
  const memory = () => import('./commands/memory.ts');

  look('search <words...>', 'everything that was said with these words in it')
    .option('--session <id>', 'in one session')
    .option('--limit <n>', 'how many', readWholeNumber, 20)
    .action(
      run(async (words: string[], options: SearchOptions) =>
        (await import('./commands/search.ts')).search(context, words, options),
      ),
    );
  look('brief <session> [text...]', 'what a session is to achieve; with TEXT, set it')
    .option('--clear', 'take it away')
    .action(
      run(async (session: string, words: string[], options: Json & { clear?: boolean }) =>
        (await memory()).brief(context, session, words, options),
      ),
    );
  look('facts <session>', 'what the supervisor is told with every call about it').action(
    run(async (session: string, options: Json) =>
      (await memory()).facts(context, session, options),
    ),
  );
  command(
    'pin <session> [text...]',
    'a fact to be told with every call in its conversation',
  ).action(
    run(async (session: string, words: string[]) => (await memory()).pin(context, session, words)),
  );
  command('unpin <fact>', 'take a pinned fact out').action(
    run(async (fact: string) => (await memory()).unpin(context, fact)),
  );
}
