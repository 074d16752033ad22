import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Set for the process that does the work: the folder in which everything of this run is made. */
const scratchVariable = 'RELAY_BENCH_SCRATCH';
/** What is told to end may close its own before it is ended. */
const ownEndMs = 5_000;

/** Whether this is the process that does the work. */
export const isKept = (): boolean => process.env[scratchVariable] !== undefined;

/**
 * Runs a script in a process of its own, with a folder of its own for temporary files, and takes away
 * what it leaves: that folder, and every process that knows of it, however the script or this process
 * ends. Only a keeper and a worker that are both killed at once leave something.
 * @returns the exit code of the script; 1 where a signal ended it
 */
export async function runTidily(argv: readonly string[]): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'relay-bench-'));
  const child = spawn(process.execPath, argv, {
    env: { ...process.env, TMPDIR: scratch, [scratchVariable]: scratch },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // A group of its own: Ctrl-C in a terminal reaches the keeper alone, who ends things in order.
    detached: true,
  });
  let timer: NodeJS.Timeout | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      child.kill('SIGTERM');
      timer ??= setTimeout(() => child.kill('SIGKILL'), ownEndMs);
    });
  }
  // The signature of the event: a code or a signal.
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  await sweep(scratch);
  return code ?? 1;
}

/** To be called by the worker: when its keeper dies it takes away what it made, and ends. */
export function endWithKeeper(): void {
  const scratch = process.env[scratchVariable];
  if (scratch === undefined) return;
  process.once('disconnect', () => void sweep(scratch).finally(() => process.exit(1)));
  // The channel is there to notice the keeper's end, and must not hold this process.
  process.channel?.unref();
}

async function sweep(scratch: string): Promise<void> {
  // What is being ended may still start something: until nothing is found any more.
  for (let left = processesOf(scratch); left.length > 0; left = processesOf(scratch)) {
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It was quicker.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  rmSync(scratch, { recursive: true, force: true, maxRetries: 10 });
}

/** Processes with that folder in their environment or arguments, as Linux tells; elsewhere none. */
function processesOf(scratch: string): number[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    if (pid === process.pid) return false;
    try {
      return ['environ', 'cmdline'].some((file) =>
        readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(scratch),
      );
    } catch {
      // It has ended, or is somebody else's.
      return false;
    }
  });
}
