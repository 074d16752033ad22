import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { findInstallation } from '#core/installation.ts';
import { homeRoot } from '#core/settings/home-paths.ts';
import { readWholeNumber } from './command-kit.ts';
import type { ConnectOptions } from './commands/connect.ts';
import type { CostOptions } from './commands/cost.ts';
import type { DemoOptions } from './commands/demo.ts';
import type { ExportOptions } from './commands/export.ts';
import type { RestoreOptions } from './commands/restore.ts';
import { describeMemoryCommands } from './memory-commands.ts';
import { describeSessionCommands } from './session-commands.ts';
import { type CommandContext, exitCode, processTerminal } from './terminal.ts';

/**
 * Runs `relay <arguments>` and resolves with its exit code. Each command is loaded when it is used,
 * so that a short one starts at once.
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  const context: CommandContext = { terminal, env: process.env, home: homeRoot(process.env) };
  let code: number = exitCode.done;
  const program = describeCommands(context, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version end the parsing, too; everything else was wrongly typed.
    return error.exitCode === 0 ? exitCode.done : exitCode.wrongUsage;
  }
}

type Json = { json?: boolean };

function describeCommands(context: CommandContext, end: (code: number) => void): Command {
  const program = new Command('relay')
    .description('Keeps Claude Code sessions moving, and calls you only when needed.')
    .version(findInstallation().version, '--version', 'show the version')
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput(sayingWhereHelpIs('relay'));
  const command = (usage: string, description: string) => {
    const one = program.command(usage).description(description).allowExcessArguments(false);
    return one.configureOutput(sayingWhereHelpIs(`relay ${one.name()}`));
  };
  const look = (usage: string, description: string) =>
    command(usage, description).option('--json', 'print JSON');
  /** Runs what a command resolves to and keeps its exit code. */
  const run =
    <A extends unknown[]>(action: (...args: A) => Promise<number>) =>
    async (...args: A) =>
      end(await action(...args));

  command('run', 'run the relay without a desktop, until it is told to stop')
    .option('--port <n>', 'serve the interface on this port of 127.0.0.1 (0: any)', readPort, 0)
    .option('--no-ui', 'serve no interface')
    .action(
      run(async (options: { port: number; ui: boolean }) =>
        (await import('./commands/run.ts')).run(options),
      ),
    );
  look('demo', 'show the whole loop offline, in a temporary home')
    .option('--fast', 'as quick as it goes')
    .option('--keep', 'leave the home of the demo where it is')
    .option('--serve', 'show it in the browser, until it is told to stop')
    .action(
      run(async (options: DemoOptions) =>
        (await import('./commands/demo.ts')).demo(context, options),
      ),
    );

  look('status', 'what the relay is doing').action(
    run(async (options: Json) => (await import('./commands/status.ts')).status(context, options)),
  );
  look('inbox', 'what waits for you').action(
    run(async (options: Json) => (await import('./commands/inbox.ts')).inbox(context, options)),
  );
  look('sessions', 'the sessions and what they cost').action(
    run(async (options: Json) =>
      (await import('./commands/sessions.ts')).sessions(context, options),
    ),
  );
  look('cost', 'money and tokens')
    .option('--today', 'today alone, by the hour')
    .action(
      run(async (options: CostOptions) =>
        (await import('./commands/cost.ts')).cost(context, options),
      ),
    );
  look('tail', 'the live stream of events')
    .option('--after <n>', 'begin after this sequence number', readWholeNumber)
    .action(
      run(async (options: Json & { after?: number }) =>
        (await import('./commands/tail.ts')).tail(context, options),
      ),
    );
  look('url', 'a fresh one-time address of the interface').action(
    run(async (options: Json) => (await import('./commands/url.ts')).url(context, options)),
  );

  command('pause', 'send nothing until told to go on').action(
    run(async () => (await import('./commands/pause.ts')).pause(context)),
  );
  command('resume', 'go on after a pause').action(
    run(async () => (await import('./commands/resume.ts')).resume(context)),
  );

  command('reply <item> [text...]', 'answer an inbox item (- reads standard input)')
    .option('--direct', 'give the text to the session as it is, without the supervisor')
    .action(
      run(async (item: string, words: string[], options: { direct?: boolean }) =>
        (await import('./commands/settle.ts')).reply(context, item, words, options),
      ),
    );
  command(
    'approve <item> [text...]',
    'do what it proposes; with TEXT, send that for a draft',
  ).action(
    run(async (item: string, words: string[]) =>
      (await import('./commands/settle.ts')).approve(context, item, words),
    ),
  );
  command('dismiss <item>', 'settle the inbox item without an answer').action(
    run(async (item: string) => (await import('./commands/settle.ts')).dismiss(context, item)),
  );
  command('send <session> [text...]', 'text straight to a session (- reads standard input)').action(
    run(async (session: string, words: string[]) =>
      (await import('./commands/send.ts')).send(context, session, words),
    ),
  );
  command('say [text...]', 'a word to the supervisor (- reads standard input)').action(
    run(async (words: string[]) => (await import('./commands/say.ts')).say(context, words)),
  );

  const kit = { context, command, look, run };
  describeSessionCommands(kit);
  describeMemoryCommands(kit);

  look('topic', 'the ntfy topic, and how to get notifications on the phone').action(
    run(async (options: Json) => (await import('./commands/topic.ts')).topic(context, options)),
  );
  const hooks = (usage: string, description: string) =>
    command(usage, description)
      .addOption(
        new Option('--user', 'in your own settings, for all sessions').conflicts('project'),
      )
      .option('--project <dir>', 'in the settings of this directory, for sessions started there')
      .option('--yes', 'do not ask');
  hooks('connect', 'install the hooks in Claude Code, showing the change first')
    .addArgument(new Argument('<program>', 'what to connect').choices(['claude-code']))
    .action(
      run(async (_program: string, options: ConnectOptions) =>
        (await import('./commands/connect.ts')).connect(context, options),
      ),
    );
  hooks('disconnect', 'take the hooks out again')
    .addArgument(new Argument('[program]', 'what to disconnect').choices(['claude-code']))
    .action(
      run(async (_program: string | undefined, options: ConnectOptions) =>
        (await import('./commands/connect.ts')).disconnect(context, options),
      ),
    );
  const service = command('service', 'let the system run the relay, or stop that');
  const serviceLook = (usage: string, description: string) =>
    service
      .command(usage)
      .description(description)
      .allowExcessArguments(false)
      .option('--json', 'print JSON');
  serviceLook(
    'install',
    'start the relay now and at every login, showing the file it writes',
  ).action(
    run(async (options: Json) =>
      (await import('./commands/service.ts')).installService(context, options),
    ),
  );
  serviceLook('uninstall', 'stop it and remove the file').action(
    run(async (options: Json) =>
      (await import('./commands/service.ts')).uninstallService(context, options),
    ),
  );
  look('doctor', 'check key, API, models, home, hooks, service and versions').action(
    run(async (options: Json) => (await import('./commands/doctor.ts')).doctor(context, options)),
  );
  look('export', 'what was said, as Markdown or JSON lines')
    .option('--session <id>', 'of one session')
    .option('--conversation <id>', 'of one conversation')
    .addOption(
      new Option('--format <format>', 'how')
        .choices(['markdown', 'jsonl'])
        .default('markdown' as const),
    )
    .action(
      run(async (options: ExportOptions) =>
        (await import('./commands/export.ts')).exportConversation(context, options),
      ),
    );
  look('restore', 'make a damaged database anew from what is left and from the backups')
    .option('--plan', 'show what would come back, and change nothing')
    .option('--yes', 'do not ask')
    .action(
      run(async (options: RestoreOptions) =>
        (await import('./commands/restore.ts')).restore(context, options),
      ),
    );
  command('import <file>', 'bring in the JSON history of the first relay (- reads standard input)')
    .option('--conversation <id>', 'into this conversation')
    .action(
      run(async (file: string, options: { conversation?: string }) =>
        (await import('./commands/import.ts')).importHistory(context, file, options),
      ),
    );
  return program;
}

/** `error: unknown option '--x'` as a sentence of Relay's, with how to get help on the command. */
const sayingWhereHelpIs = (command: string) => ({
  outputError(text: string, write: (text: string) => void): void {
    const fact = text.trim().replace(/^error: /, '');
    const sentence = fact.charAt(0).toUpperCase() + fact.slice(1).replace(/\n/g, ' ');
    write(`${sentence.replace(/[.]?$/, '.')} See: ${command} --help\n`);
  },
});

function readPort(text: string): number {
  const port = readWholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError('It must be at most 65535.');
  return port;
}
