import { type ProgramEnd, runProgram } from './run-program.ts';
import type { ToolContext, ToolPlace } from './tool.ts';

/** Nothing that the repository's own settings could have git run, as far as git lets that be said. */
const harmless = [
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.quotePath=false',
  '--no-pager',
];

const gitTimeLimitMs = 30_000;

/** Runs git on a project to look, never to change. */
export function runGit(
  place: ToolPlace,
  args: readonly string[],
  {
    env,
    signal,
    limitBytes,
  }: { env: NodeJS.ProcessEnv; signal: ToolContext['signal']; limitBytes?: number },
): Promise<ProgramEnd> {
  return runProgram({
    program: 'git',
    args: [...harmless, ...args],
    cwd: place.root,
    env,
    signal,
    timeLimitMs: gitTimeLimitMs,
    ...(limitBytes === undefined ? {} : { limitBytes }),
  });
}

/** What a failed look comes down to, for the model. */
export function whyGitFailed({ cutShort, stderr, exitCode }: ProgramEnd): string {
  return `git failed: ${cutShort ?? (stderr.trim() || `exit code ${exitCode}`)}`;
}
