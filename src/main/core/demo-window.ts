import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The offline demo, opened beside a running relay: a relay of its own, in its own home. */
export interface DemoWindow {
  /** Starts it (again) and resolves with a one-time address, or says why not. */
  open(): Promise<{ ok: true; url: string } | { ok: false; message: string }>;
  close(): void;
}

const startTimeoutMs = 20_000;

/** @param command the `relay` command as program and first arguments. */
export function createDemoWindow(command: readonly [string, ...string[]]): DemoWindow {
  let child: ChildProcess | undefined;

  function close(): void {
    // The demo ends with its standard input, also when this process is killed.
    child?.stdin?.end();
    child = undefined;
  }

  return {
    open() {
      close();
      const [program, ...args] = command;
      const started = spawn(program, [...args, 'demo', '--serve'], {
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      child = started;
      return new Promise((resolve) => {
        const fail = (why: string) =>
          resolve({ ok: false, message: `The demo did not start (${why}). Try: npx relay demo` });
        const timer = setTimeout(() => {
          started.kill();
          fail('it took too long');
        }, startTimeoutMs);
        started.once('error', (error) => fail(error.message));
        started.once('exit', (code) => fail(`it ended with ${code ?? 'a signal'}`));
        createInterface({ input: started.stdout }).once('line', (url) => {
          clearTimeout(timer);
          resolve({ ok: true, url });
        });
      });
    },
    close,
  };
}
