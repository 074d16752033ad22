import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { BombReport } from './testing/bomb.ts';

/** `ulimit -u` holds for nobody who is root, so that root lets somebody else do it. */
const asNobody =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
const program = path.join(import.meta.dirname, 'testing', 'bomb.ts');

function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux counts the tasks of a user';
  const [command = process.execPath, ...args] = [...asNobody, process.execPath];
  // What is started has to be readable, too, where somebody else starts it.
  const tried = spawnSync(command, [...args, '--check', program], { encoding: 'utf8' });
  if (tried.status === 0) return undefined;
  return `root cannot run this as somebody else: ${tried.error?.message ?? tried.stderr}`;
}

async function setOff(mostProcesses: number): Promise<BombReport> {
  const [command = process.execPath, ...args] = [...asNobody, process.execPath];
  const { stdout } = await promisify(execFile)(command, [...args, program, `${mostProcesses}`], {
    env: { PATH: process.env.PATH, HOME: '/' },
    cwd: '/',
  });
  return JSON.parse(stdout);
}

const why = whyNot();
if (why !== undefined) console.warn(`The bomb of a user is not set off: ${why}`);

test.skipIf(why)(
  'the kernel holds a bomb where Relay would be too slow',
  async () => {
    const report = await setOff(100_000);
    expect(report.uid).not.toBe(0);
    expect(report.cut).toBe('called off');
    expect(report.stderr).toMatch(/fork: .*temporarily unavailable/);
    // Counted when the shell began: what it has itself comes on top.
    expect(report.mostTasks).toBeGreaterThan(report.tasksBefore + 900);
    expect(report.mostTasks).toBeLessThan(report.tasksBefore + 1_100);
    expect(report).toMatchObject({ left: 0, after: 'alive\n' });
  },
  60_000,
);

test.skipIf(why)(
  'a bomb of a user is ended by Relay before that',
  async () => {
    const report = await setOff(100);
    expect(report.cut).toBe('processes');
    expect(report).toMatchObject({ left: 0, after: 'alive\n' });
  },
  60_000,
);
