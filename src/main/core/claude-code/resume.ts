import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openSessions, withoutSession } from './claude-program.ts';
import { processStart } from './liveness.ts';
import { done, failed, type Outcome } from './outcome.ts';

export interface ResumeRequest {
  claudePath: string;
  sessionId: string;
  /** Where the session worked; Claude Code applies the hooks and settings of this directory. */
  cwd: string;
  /** The prompt. Given on standard input, so that it shows in no list of processes. */
  text: string;
  env?: NodeJS.ProcessEnv;
  /** The `claude` that last had the session, from its envelopes: print mode is listed nowhere. */
  lastClaudePid?: number;
  /** As the session had it; Claude Code's `default` if not given. */
  permissionMode?: 'default' | 'acceptEdits' | 'auto' | 'plan';
}

/** How long `claude` may take to find the session and begin. It needs about one second. */
const BEGIN_TIMEOUT_MS = 30_000;

/**
 * Whether a session is open: in a terminal, or as the process that it was last seen in. Resuming an
 * open session would split its history, so a doubt is a problem, not a no.
 */
export async function isOpenAnywhere(
  request: Pick<ResumeRequest, 'claudePath' | 'sessionId' | 'env' | 'lastClaudePid'>,
): Promise<Outcome<boolean>> {
  const { claudePath, sessionId, env, lastClaudePid } = request;
  if (lastClaudePid !== undefined && processStart(lastClaudePid) !== undefined) return done(true);
  const open = await openSessions(claudePath, env);
  return open.ok ? done(open.value.some((session) => session.sessionId === sessionId)) : open;
}

/**
 * Delivers a text to a session that is not open anywhere, by `claude -p --resume`: a new turn whose
 * end comes back through the hooks like any other. Resolves when `claude` has found the session and
 * begun; from then on it lives without this process. On a problem nothing has been delivered.
 */
export async function resumeSession(request: ResumeRequest): Promise<Outcome<{ pid: number }>> {
  const { sessionId, cwd } = request;
  if (!existsSync(cwd)) {
    return failed('project-missing', `${cwd}, where session ${sessionId} worked, is gone.`);
  }
  const open = await isOpenAnywhere(request);
  if (!open.ok) return open;
  if (open.value) {
    return failed('session-open', `Session ${sessionId} is open; its next stop takes the word.`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'relay-resume-'));
  const output = join(folder, 'output');
  try {
    const child = start(request, output);
    const begun = await beginning(child, output);
    if (begun) {
      child.unref();
      return done({ pid: child.pid ?? 0 });
    }
    child.kill();
    return complaint(sessionId, readFileSync(output, 'utf8'));
  } finally {
    // The child keeps its open file; the name is not needed any more.
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A session of its own and a file to print to, so that it survives the end of the relay. */
function start(request: ResumeRequest, output: string): ChildProcess {
  const { claudePath, sessionId, cwd, text, env = process.env, permissionMode } = request;
  const mode = permissionMode === undefined ? [] : ['--permission-mode', permissionMode];
  const file = openSync(output, 'w', 0o600);
  const child = spawn(
    claudePath,
    ['-p', '--resume', sessionId, '--output-format', 'stream-json', '--verbose', ...mode],
    {
      cwd,
      detached: true,
      // The prompt hook must not take for a person's what the relay sends.
      env: { ...withoutSession(env), RELAY_RESUME: sessionId },
      stdio: ['pipe', file, file],
    },
  );
  closeSync(file);
  child.on('error', () => {}); // seen as a process that never was
  child.stdin?.on('error', () => {}); // it ended before it read; its output says why
  // A prompt that begins with a slash would be a command of Claude Code's, not a word to the session.
  child.stdin?.end(text.startsWith('/') ? ` ${text}` : text);
  return child;
}

/** Claude Code's first line of output comes once it has the session; without one it has failed. */
async function beginning(child: ChildProcess, output: string): Promise<boolean> {
  const deadlineMs = Date.now() + BEGIN_TIMEOUT_MS;
  while (Date.now() < deadlineMs) {
    if (/"type":"system","subtype":"init"/.test(readFileSync(output, 'utf8'))) return true;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) break;
    await delay(50);
  }
  return false;
}

function complaint(sessionId: string, output: string): Outcome<never> {
  if (output.includes('No conversation found')) {
    return failed(
      'session-unknown',
      `Claude Code knows no session ${sessionId} any more. Start a new one.`,
    );
  }
  const said = output.trim().split('\n').at(-1)?.slice(0, 300) || 'it said nothing';
  return failed('claude-failed', `Claude Code did not resume session ${sessionId}: ${said}`);
}
