import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Every process of a tool's shell carries this variable with the shell's mark in its environment, and
 * so does whatever it starts: it is how they are found again, also those that have left its process
 * group, and also after Relay was killed.
 */
export const markVariable = 'RELAY_TOOL_SHELL';

const hasProc = process.platform === 'linux';

/** Processes whose mark begins so. On Linux by /proc, elsewhere by `ps`. */
export function markedProcesses(markStart: string): number[] {
  return hasProc ? markedInProc(markStart) : markedByPs(markStart);
}

function markedInProc(markStart: string): number[] {
  const wanted = Buffer.from(`${markVariable}=${markStart}`);
  return processIds().filter((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`);
      const at = environment.indexOf(wanted);
      return at === 0 || (at > 0 && environment[at - 1] === 0);
    } catch {
      // Gone meanwhile, or somebody else's.
      return false;
    }
  });
}

function processIds(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid);
}

function markedByPs(markStart: string): number[] {
  const text = execFileSync('ps', ['-axwwE', '-o', 'pid=,command='], { encoding: 'utf8' });
  return text
    .split('\n')
    .filter((line) => line.includes(` ${markVariable}=${markStart}`))
    .map((line) => Number.parseInt(line, 10));
}

/** How many processes and threads run on the machine; undefined where that costs too much to ask. */
export function taskCount(): number | undefined {
  if (!hasProc) return undefined;
  const [, total] = /\/(\d+)/.exec(readFileSync('/proc/loadavg', 'utf8')) ?? [];
  return total === undefined ? undefined : Number(total);
}

/** Processes and threads of the user, which is what `ulimit -u` counts; undefined where unknown. */
export function ownTaskCount(): number | undefined {
  const uid = process.getuid?.();
  if (!hasProc || uid === undefined) return undefined;
  let count = 0;
  for (const pid of processIds()) {
    try {
      if (statSync(`/proc/${pid}`).uid === uid) count += readdirSync(`/proc/${pid}/task`).length;
    } catch {
      // Gone meanwhile.
    }
  }
  return count;
}

export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone meanwhile.
    }
  }
}

const roundsAtMost = 100;
const betweenRoundsMs = 20;

/**
 * Ends every process with such a mark, however fast they multiply: they are stopped before they are
 * killed, and looked for again until there are none.
 * @param spared not ended, with what it started still ended
 */
export async function endMarked(markStart: string, spared?: number): Promise<void> {
  for (let round = 0; round < roundsAtMost; round += 1) {
    const pids = markedProcesses(markStart).filter((pid) => pid !== spared);
    if (pids.length === 0) return;
    signalAll(pids, 'SIGSTOP');
    signalAll(pids, 'SIGKILL');
    await delay(betweenRoundsMs);
  }
}
