import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { asAnyTool, done, failed, type ToolResult } from '../tool.ts';
import type { PolicyTable } from '../tool-policies.ts';
import { judgeCommand } from './bash-rules.ts';
import { type CommandEnd, quoted } from './shell.ts';
import type { Shells } from './shells.ts';

const Input = z.strictObject({
  command: z
    .string()
    .min(1)
    .max(20_000)
    .refine((command) => !command.includes('\0'), 'must not hold a zero byte')
    .describe('What bash is to run.'),
  timeout_seconds: z.number().int().min(1).optional().describe('More time for what takes long.'),
  tty: z
    .boolean()
    .optional()
    .describe(
      'Run it on a pseudo-terminal, for programs that need one; nothing it sets is kept then.',
    ),
});
type Input = z.output<typeof Input>;

export interface BashOptions {
  shells: Shells;
  rules: () => PolicyTable;
  timeLimitSeconds: () => number;
}

/** How much longer than usual a command may be given. */
const longestFactor = 10;

export function createBash({ shells, rules, timeLimitSeconds }: BashOptions) {
  return asAnyTool<Input>({
    name: 'bash',
    description:
      "Runs a command in a bash of the session's own, which starts in its working directory and keeps directory, variables and functions from one command to the next. There is no input and nobody to answer questions. You get the exit code, stdout and stderr; of long output the middle is left out. A command that takes too long is ended. The owner may have to approve it first. Use it to look and to verify (run the tests, see the log), not to do the session's work.",
    input: Input,
    policy: 'ask',
    needsPlace: true,
    show: ({ command, tty, timeout_seconds: seconds }) => {
      const notes = [tty ? 'on a terminal' : '', seconds ? `up to ${seconds} s` : ''];
      const how = notes.filter(Boolean).join(', ');
      return how === '' ? command : `${command}\n(${how})`;
    },
    judge: ({ command }, general) => judgeCommand(command, rules(), general),
    async execute({ command, timeout_seconds: wanted, tty = false }, { place, signal, onOutput }) {
      if (!place) return failed('There is no folder to run it in.');
      const usual = timeLimitSeconds();
      const seconds = Math.min(wanted ?? usual, usual * longestFactor);
      const end = await shells.run(place, {
        command: tty ? onTerminal(command) : command,
        timeLimitMs: seconds * 1000,
        signal,
        onOutput,
      });
      return tty ? resultOf(plainText(end), seconds) : resultOf(end, seconds);
    },
  });
}

/** By `script`, whose arguments differ between util-linux and BSD. */
function onTerminal(command: string): string {
  return process.platform === 'linux'
    ? `SHELL="$BASH" script -qefc ${quoted(command)} /dev/null`
    : `script -q /dev/null "$BASH" -c ${quoted(command)}`;
}

function plainText(end: CommandEnd): CommandEnd {
  const stdout = stripVTControlCharacters(end.stdout).replaceAll('\r\n', '\n');
  return { ...end, stdout };
}

function resultOf(end: CommandEnd, seconds: number): ToolResult {
  const { stdout, stderr, exitCode, durationMs } = end;
  const took = `${(durationMs / 1000).toFixed(1)} s`;
  const how = exitCode === null ? `killed after ${took}` : `exit code ${exitCode} after ${took}`;
  const notes = [cutNote(end, seconds), end.isShellGone ? goneNote : ''].filter(Boolean);
  const parts = [
    [how, ...notes].join('. '),
    stdout === '' ? '' : `stdout:\n${stdout.trimEnd()}`,
    stderr === '' ? '' : `stderr:\n${stderr.trimEnd()}`,
    stdout === '' && stderr === '' ? '(no output)' : '',
  ];
  const output = parts.filter(Boolean).join('\n\n');
  return end.cut ? failed(output) : done(output);
}

const goneNote =
  'The shell has ended; the next command gets a new one in the working directory, without what was set before';

function cutNote({ cut }: CommandEnd, seconds: number): string {
  switch (cut) {
    case 'time':
      return `Ended by Relay: it took more than ${seconds} s`;
    case 'called off':
      return 'Ended by Relay: it was called off';
    case 'processes':
      return 'Ended by Relay: it started too many processes';
    case null:
      return '';
  }
}
