import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How a `claude` ended, and what it complained of. */
export interface ClaudeExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of its standard error. */
  stderr: string;
}

/** One `claude -p` that takes and gives a JSON object a line. */
export interface ClaudeCodeRun {
  /** Its output, line by line, until there is no more. */
  readonly lines: AsyncIterable<string>;
  /** Never rejects; a program that could not be started has neither code nor signal. */
  readonly exited: Promise<ClaudeExit>;
  send(messages: readonly object[]): void;
  /** Lets it end by itself; what is still there after `graceMs` is ended. */
  close(): Promise<void>;
  /** Ends it now: SIGINT, and after `graceMs` SIGKILL to it and whatever it started. */
  interrupt(): Promise<void>;
}

export interface ClaudeCodeStart {
  program: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Default 3 s; Claude Code needs some 50 ms. */
  graceMs?: number;
}

const mostStderr = 4000;

/** Starts `claude` in a process group of its own, so that nothing it starts can outlive it. */
export function startClaudeCode(start: ClaudeCodeStart): ClaudeCodeRun {
  const { program, args, cwd, env, graceMs = 3000 } = start;
  const child = spawn(program, args, { cwd, env, detached: true, stdio: 'pipe' });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-mostStderr);
  });
  child.stdin.on('error', () => {}); // it ended before it read; its exit says why
  const exited = once(child, 'close').then(
    ([code, signal]): ClaudeExit => ({ code, signal, stderr }),
    (error: Error): ClaudeExit => ({ code: null, signal: null, stderr: error.message }),
  );
  const isGoneAfter = async (ms: number): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, ms, false);
    });
    const isGone = await Promise.race([exited.then(() => true), late]);
    clearTimeout(timer);
    return isGone;
  };

  async function interrupt(): Promise<void> {
    child.kill('SIGINT');
    if (!(await isGoneAfter(graceMs))) killGroup(child.pid);
    await exited;
  }

  return {
    lines: createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }),
    exited,
    send(messages) {
      child.stdin.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
    },
    async close() {
      child.stdin.end();
      if (!(await isGoneAfter(graceMs))) await interrupt();
    },
    interrupt,
  };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended in this very moment.
  }
}
