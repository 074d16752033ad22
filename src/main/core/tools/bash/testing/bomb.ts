import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SessionId } from '#shared/ids.ts';
import { toolEnvironment } from '../../tool-environment.ts';
import { markedProcesses, ownTaskCount } from '../marked-processes.ts';
import { createShells, shellMarkOf } from '../shells.ts';

/**
 * Sets a bomb of processes off in a shell, as whoever runs this, and prints what came of it. The limit
 * of Relay's own watch is an argument: with one too high to be reached, the kernel's has to hold.
 */
export interface BombReport {
  uid: number;
  /** Why the command ended. */
  cut: string | null;
  stderr: string;
  tasksBefore: number;
  /** The most that the user ran at once, as seen every few milliseconds. */
  mostTasks: number;
  /** Of what the shell had started, after it. */
  left: number;
  /** What the next command said. */
  after: string;
}

// Slow enough that a machine on which nothing stopped it would survive.
const bomb = 'bomb() { sleep 0.1; bomb & bomb & sleep 100; }; bomb';

/** Nothing holds it; the test is to tell of that, and not the machine. */
const farTooMany = 2_000;

const folder = mkdtempSync(path.join(tmpdir(), 'relay-bomb-'));
const shells = createShells({
  home: folder,
  env: toolEnvironment(process.env),
  mostProcesses: Number(process.argv[2]),
  graceMs: 500,
});
const sessionId = SessionId.parse('s1');
const isOver = new AbortController();
let mostTasks = 0;
const run = (command: string, signal: AbortSignal) =>
  shells.run(
    { sessionId, cwd: folder, root: folder },
    {
      ...{ command, timeLimitMs: 40_000, signal },
      onOutput(tail) {
        if (!tail.includes('fork:')) return;
        // The kernel says no: it has held.
        count();
        isOver.abort();
      },
    },
  );
function count(): void {
  mostTasks = Math.max(mostTasks, ownTaskCount() ?? 0);
}

const never = new AbortController().signal;
const shellPid = Number((await run('echo $$', never)).stdout);
const tasksBefore = ownTaskCount() ?? 0;
const watch = setInterval(() => {
  count();
  if (mostTasks > tasksBefore + farTooMany) isOver.abort();
}, 20);
const { cut, stderr } = await run(bomb, isOver.signal);
clearInterval(watch);
const left = markedProcesses(shellMarkOf(folder)).filter((pid) => pid !== shellPid).length;
const { stdout: after } = await run('echo alive', never);
await shells.end();
rmSync(folder, { recursive: true, force: true });
const report: BombReport = {
  ...{ uid: process.getuid?.() ?? -1, cut, stderr: stderr.slice(0, 1_000) },
  ...{ tasksBefore, mostTasks, left, after },
};
console.log(JSON.stringify(report));
