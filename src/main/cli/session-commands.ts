import { Argument } from 'commander';
import { autonomies } from '#shared/autonomies.ts';
import type { Autonomy } from '#shared/events.ts';
import { toolPolicies } from '#shared/tool-policies.ts';
import type { CommandKit } from './command-kit.ts';
import type { ToolRule } from './commands/tools.ts';

/** The commands that say how a session is dealt with. Every command waits for what is imported here: no schemas. */
export function describeSessionCommands({ context, command, look, run }: CommandKit) {
  type Json = { json?: boolean };

  look('autonomy <session>', 'how far the supervisor may go with a session; with a degree, set it')
    .addArgument(new Argument('[degree]').choices(autonomies))
    .action(
      run(async (session: string, degree: Autonomy | undefined, options: Json) =>
        (await import('./commands/autonomy.ts')).autonomy(context, session, degree, options),
      ),
    );
  look('tools [session]', 'what the supervisor may do by itself, with a session or in general')
    .addArgument(new Argument('[tool]', 'one of them'))
    .addArgument(
      new Argument('[rule]', 'set it for the session; settings: as the settings say').choices([
        ...toolPolicies,
        'settings',
      ]),
    )
    .action(
      run(async (session?: string, tool?: string, rule?: ToolRule, options: Json = {}) =>
        (await import('./commands/tools.ts')).tools(context, { session, tool, rule }, options),
      ),
    );
  command('mute <session>', 'do not notify you of what waits there').action(
    run(async (session: string) =>
      (await import('./commands/mute.ts')).setMuted(context, session, true),
    ),
  );
  command('unmute <session>', 'notify you again').action(
    run(async (session: string) =>
      (await import('./commands/mute.ts')).setMuted(context, session, false),
    ),
  );
  command('move <session> <conversation>', 'let it talk in another conversation').action(
    run(async (session: string, conversation: string) =>
      (await import('./commands/move.ts')).move(context, session, conversation),
    ),
  );
}
