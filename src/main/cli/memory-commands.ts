import { Argument } from 'commander';
import type { Score } from '#shared/models.ts';
import { type CommandKit, readWholeNumber } from './command-kit.ts';
import type { DrivesOptions } from './commands/drives.ts';
import type { ReplayOptions } from './commands/replay.ts';
import type { SearchOptions } from './commands/search.ts';

/** The commands about what is remembered and learnt. */
export function describeMemoryCommands({ context, command, look, run }: CommandKit) {
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
  command('score <exchange>', 'say how good a decision was')
    .addArgument(
      new Argument('<score>', 'needless: its escalation; wrong: its automatic reply').choices([
        'needless',
        'wrong',
        'fine',
        'undo',
      ]),
    )
    .action(
      run(async (exchange: string, given: Score | 'undo') =>
        (await import('./commands/scores.ts')).score(context, exchange, given),
      ),
    );
  look('stats', 'how good the decisions were').action(
    run(async (options: Json) => (await import('./commands/scores.ts')).stats(context, options)),
  );
  look('drives [session]', 'how it goes with a session, or with all, and what counts how much')
    .option('--reset', 'forget what your scores have taught')
    .action(
      run(async (session: string | undefined, options: DrivesOptions) =>
        (await import('./commands/drives.ts')).drives(context, session, options),
      ),
    );
  look('request <exchange> [call]', 'what was sent to the supervisor, as JSON').action(
    run(async (exchange: string, call: string | undefined, options: Json) =>
      (await import('./commands/request.ts')).request(context, exchange, call, options),
    ),
  );
  look('replay <exchange>', 'run a past exchange again, beside what it was; touches nothing')
    .option('--model <model>', 'with another model')
    .option('--instructions <file>', 'with these standing instructions')
    .option('--brief <text>', 'with this brief')
    .action(
      run(async (exchange: string, options: ReplayOptions) =>
        (await import('./commands/replay.ts')).replay(context, exchange, options),
      ),
    );
  look('learn', 'additions to supervisor.md out of your corrections, shown first')
    .option('--yes', 'do not ask')
    .action(
      run(async (options: Json & { yes?: boolean }) =>
        (await import('./commands/learn.ts')).learn(context, options),
      ),
    );
  command('unpin <fact>', 'take a pinned fact out').action(
    run(async (fact: string) => (await memory()).unpin(context, fact)),
  );
}
