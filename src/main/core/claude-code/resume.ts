import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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
  /** Claude Code begins only if this file is still there to be renamed, to `to` and the number of its
   * process: whether it has begun can be told also after a crash. */
  ticket: { from: string; to: string };
  /** Told once the process is there. */
  onStart?: () => void;
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
 * begun; from then on it lives without this process. On a problem nothing has been delivered, but
 * for `claude-failed` where the ticket was taken: there the transcript tells.
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
    const child = start(request, folder, output);
    request.onStart?.();
    const begun = await beginning(child, output);
    if (begun) {
      child.unref();
      return done({ pid: child.pid ?? 0 });
    }
    await end(child);
    return complaint(sessionId, readFileSync(output, 'utf8'));
  } finally {
    // The child keeps its open files; their names are not needed any more.
    rmSync(folder, { recursive: true, force: true });
  }
}

const takeTicket = 'mv "$1" "$2$$" && shift 2 && exec "$@"';

/**
 * A session of its own, a file to read from and one to print to, so that it survives the end of the
 * relay with every word. The shell becomes Claude Code, under the same number.
 */
function start(request: ResumeRequest, folder: string, output: string): ChildProcess {
  const { claudePath, sessionId, cwd, text, ticket, env = process.env, permissionMode } = request;
  const mode = permissionMode === undefined ? [] : ['--permission-mode', permissionMode];
  const flags = ['-p', '--resume', sessionId, '--output-format', 'stream-json', '--verbose'];
  const prompt = join(folder, 'prompt');
  // A prompt that begins with a slash would be a command of Claude Code's, not a word to the session.
  writeFileSync(prompt, text.startsWith('/') ? ` ${text}` : text, { mode: 0o600 });
  const input = openSync(prompt, 'r');
  const file = openSync(output, 'w', 0o600);
  const child = spawn(
    '/bin/sh',
    ['-c', takeTicket, 'relay', ticket.from, ticket.to, claudePath, ...flags, ...mode],
    {
      cwd,
      detached: true,
      // The prompt hook must not take for a person's what the relay sends.
      env: { ...withoutSession(env), RELAY_RESUME: sessionId },
      stdio: [input, file, file],
    },
  );
  closeSync(input);
  closeSync(file);
  child.on('error', () => {}); // seen as a process that never was
  return child;
}

/** Whatever it was about to do, it does no more. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
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
