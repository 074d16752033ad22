import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { confine } from './project-path.ts';
import { type ProgramEnd, runProgram } from './run-program.ts';
import { asAnyTool, done, failed } from './tool.ts';

const Input = z.strictObject({
  pattern: z
    .string()
    .min(1)
    .max(1_000)
    .describe('An extended regular expression; one line has to match it.'),
  path: z
    .string()
    .min(1)
    .optional()
    .describe('A file or folder of the project; default all of it.'),
  ignore_case: z.boolean().optional(),
});

const timeLimitMs = 20_000;
/** Minified files have lines without end. */
const longestLine = 400;
const secretGlobs = [
  '.env',
  '.env.*',
  '*.pem',
  '*.key',
  'id_rsa',
  'id_ed25519',
  '.npmrc',
  '.netrc',
];

interface Options {
  home: string;
  env: NodeJS.ProcessEnv;
}

/**
 * Searching is left to ripgrep where there is one, else to git's own grep: programs that can be ended
 * when an expression takes for ever, and that know what a project ignores.
 */
export function createSearchFiles({ home, env }: Options) {
  return asAnyTool<z.output<typeof Input>>({
    name: 'search_files',
    description:
      "Searches the files of the session's project for an extended regular expression and gives `file:line:text`, relative to the project. Ignored and binary files are passed over. Long lines and results over 100,000 bytes are cut.",
    input: Input,
    policy: 'allow',
    needsPlace: true,
    show: ({ pattern, path: where = '.' }) => `search_files ${JSON.stringify(pattern)} in ${where}`,
    async execute({ pattern, path: wanted, ignore_case: ignoreCase = false }, { place, signal }) {
      if (!place) return failed('There is no folder to search.');
      const confined = await confine(place, wanted ?? place.root, home);
      if (!confined.ok) return failed(confined.why);
      const { shown } = confined.found;
      const how = { pattern, shown, ignoreCase };
      const isRipgrep = isOnPath('rg', env);
      const run = await runProgram({
        program: isRipgrep ? 'rg' : 'git',
        args: isRipgrep ? ripgrepArgs(how) : gitGrepArgs(how),
        cwd: place.root,
        // The session's project must not bring options of its own.
        env: { ...env, RIPGREP_CONFIG_PATH: '' },
        signal,
        timeLimitMs,
        limitBytes: 4 * 1024 * 1024,
      });
      return resultOf(run);
    },
  });
}

interface How {
  pattern: string;
  shown: string;
  ignoreCase: boolean;
}

function ripgrepArgs({ pattern, shown, ignoreCase }: How): string[] {
  return [
    ...['--no-config', '--no-follow', '--line-number', '--no-heading', '--with-filename'],
    ...['--color', 'never', '--hidden', '--max-columns', String(longestLine), '--glob', '!.git'],
    ...secretGlobs.flatMap((glob) => ['--glob', `!${glob}`]),
    ...(ignoreCase ? ['--ignore-case'] : []),
    ...['--regexp', pattern, '--', shown],
  ];
}

/** `--no-index` with the usual excludes works in and outside of a repository alike. */
function gitGrepArgs({ pattern, shown, ignoreCase }: How): string[] {
  return [
    ...['--no-pager', 'grep', '--no-index', '--exclude-standard', '-n', '-I', '-E', '--no-color'],
    ...(ignoreCase ? ['-i'] : []),
    ...['-e', pattern, '--', shown],
    ...secretGlobs.map((glob) => `:(exclude,glob)**/${glob}`),
    ':(exclude).git',
  ];
}

function resultOf({ exitCode, stdout, stderr, cutShort }: ProgramEnd) {
  if (cutShort !== undefined) return failed(`The search was given up: ${cutShort}.`);
  if (exitCode === 1 && stdout === '') return done('(nothing found)');
  if (exitCode !== 0 && stdout === '') return failed(`The search failed: ${stderr.trim()}`);
  const lines = stdout.split('\n').map((line) => {
    const text = line.replace(/^\.\//, '');
    return text.length > longestLine ? `${text.slice(0, longestLine)}…` : text;
  });
  return done(lines.join('\n').trimEnd());
}

function isOnPath(program: string, { PATH = '' }: NodeJS.ProcessEnv): boolean {
  return PATH.split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}
