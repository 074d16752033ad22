import { spawn } from 'node:child_process';
import { createCappedText, outputLimitBytes } from './capped-text.ts';

export interface ProgramRun {
  program: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  timeLimitMs: number;
  limitBytes?: number;
}

export interface ProgramEnd {
  /** null: it was killed, or could not be started. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** Why it did not end by itself, a few words. */
  cutShort: string | undefined;
}

/** Runs a program without a shell; its output is bounded, and so is its time. */
export function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  const { program, args, cwd, env, signal, timeLimitMs, limitBytes = outputLimitBytes } = run;
  return new Promise((resolve) => {
    const stdout = createCappedText(limitBytes);
    const stderr = createCappedText(10_000);
    let cutShort: string | undefined;
    if (signal.aborted) {
      resolve({ exitCode: null, stdout: '', stderr: '', cutShort: 'it was called off' });
      return;
    }
    const child = spawn(program, [...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const cut = (why: string) => {
      cutShort ??= why;
      child.kill('SIGKILL');
    };
    const onAbort = () => cut('it was called off');
    const timer = setTimeout(() => cut(`it took more than ${timeLimitMs / 1000} s`), timeLimitMs);
    signal.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => stdout.add(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
    child.on('error', (error) => {
      cutShort ??= error.message;
      finish(null);
    });
    child.on('close', finish);

    function finish(exitCode: number | null): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve({ exitCode, stdout: stdout.text(), stderr: stderr.text(), cutShort });
    }
  });
}
