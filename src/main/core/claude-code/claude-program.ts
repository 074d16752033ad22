import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { done, failed, type Outcome } from './outcome.ts';

const run = promisify(execFile);

/** `claude` answers these questions in 0.2 s; a machine under load gets fifty times that. */
const QUESTION_TIMEOUT_MS = 10_000;

/**
 * The path of `claude`: from `PATH`, or from where its installers put it, since a service is started
 * with a shorter `PATH` than a shell.
 */
export function findClaude(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const userHome = env.HOME || homedir();
  const folders = [
    ...(env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
    join(userHome, '.local', 'bin'),
    join(userHome, '.claude', 'local'),
    '/opt/homebrew/bin',
    '/usr/local/bin',
  ];
  return folders.map((folder) => join(folder, 'claude')).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** What `claude --version` says, the number alone. */
export async function claudeVersion(
  claudePath: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Outcome<string>> {
  const said = await ask(claudePath, ['--version'], env);
  return said.ok ? done(said.value.trim().split(' ')[0] ?? '') : said;
}

const OpenSession = z.object({
  sessionId: z.string(),
  pid: z.number(),
  cwd: z.string(),
  /** `busy` while a turn or a Stop hook runs. */
  status: z.string(),
});
export type OpenSession = z.infer<typeof OpenSession>;

/** The interactive sessions that are open on this machine. Those in print mode are not listed. */
export async function openSessions(
  claudePath: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Outcome<OpenSession[]>> {
  const said = await ask(claudePath, ['agents', '--json'], env);
  if (!said.ok) return said;
  try {
    return done(z.array(OpenSession).parse(JSON.parse(said.value)));
  } catch {
    return failed(
      'claude-failed',
      'claude agents --json gave a list that Relay cannot read. Update Relay or Claude Code.',
    );
  }
}

/**
 * Whether `claude` has a login of its own in this environment; no where it cannot say. It is asked,
 * and not its files: what it holds is nobody's business but its own.
 */
export async function isSignedIn(claudePath: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  // Exit 0 for yes, 1 for no.
  return (await ask(claudePath, ['auth', 'status'], env)).ok;
}

/**
 * The environment for a `claude` that Relay starts: without what an outer Claude Code sets for its
 * own hooks and tools, when Relay itself was started from inside a session.
 */
export function withoutSession(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SESSION_VARIABLES.test(name)));
}

/** What Claude Code adds for its child processes; settings of the user such as CLAUDE_CONFIG_DIR stay. */
const SESSION_VARIABLES = new RegExp(
  `^(${[
    'CLAUDECODE',
    'CLAUDE_(PID|PROJECT_DIR|EFFORT|ENV_FILE|PLUGIN_ROOT|PLUGIN_DATA)',
    'CLAUDE_CODE_(SESSION_ID|SESSION_ATTENDED|ENTRYPOINT|CHILD_.*|MESSAGING_.*)',
    'AI_AGENT',
    'COREPACK_ENABLE_AUTO_PIN',
    'NoDefaultCurrentDirectoryInExePath',
    'RELAY_RESUME',
  ].join('|')})$`,
);

async function ask(
  claudePath: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<Outcome<string>> {
  try {
    const options = { env: withoutSession(env), timeout: QUESTION_TIMEOUT_MS };
    return done((await run(claudePath, args, options)).stdout);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return failed('claude-missing', `There is no ${claudePath}. Install Claude Code.`);
    }
    return failed(
      'claude-failed',
      `claude ${args.join(' ')} failed. Run it in a terminal to see why.`,
    );
  }
}
