import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-tidy-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tidy = JSON.stringify(join(import.meta.dirname, 'tidy.ts'));

/** A worker that makes a folder, starts a process in a group of its own, and does as `end` says. */
function script(name: string, end: string): string {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(
    file,
    `import { spawn } from 'node:child_process';
     import { mkdtempSync } from 'node:fs';
     import { tmpdir } from 'node:os';
     import { endWithKeeper, isKept, runTidily } from ${tidy};
     if (!isKept()) process.exit(await runTidily(process.argv.slice(1)));
     endWithKeeper();
     mkdtempSync(tmpdir() + '/made-');
     const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
     console.log(JSON.stringify({ pids: [child.pid, process.pid], folder: tmpdir() }));
     ${end}`,
  );
  return file;
}

interface Made {
  pids: number[];
  folder: string;
}

async function start(file: string): Promise<{ keeper: ChildProcess; made: Made }> {
  const keeper = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await once(keeper.stdout, 'data');
  // What the script above prints.
  return { keeper, made: JSON.parse(String(line)) as Made };
}

/** A process that was ended is there until the system has taken notice. */
const expectGone = (made: Made) =>
  expect.poll(() => isThere(made), { timeout: 20_000 }).toBe(false);

const isThere = ({ pids, folder: made }: Made) => existsSync(made) || pids.some(isRunning);

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('leaves neither processes nor folders when it fails', async () => {
  const { keeper, made } = await start(script('fails', "throw new Error('as it happens');"));
  const [code] = await once(keeper, 'exit');
  expect(code).toBe(1);
  await expectGone(made);
});

it('leaves neither processes nor folders when it is interrupted', async () => {
  const { keeper, made } = await start(script('waits', 'setInterval(() => {}, 1000);'));
  expect(isThere(made)).toBe(true);
  keeper.kill('SIGINT');
  await once(keeper, 'exit');
  await expectGone(made);
});

it('leaves neither processes nor folders when it is killed', async () => {
  const { keeper, made } = await start(script('is-killed', 'setInterval(() => {}, 1000);'));
  keeper.kill('SIGKILL');
  await expectGone(made);
});
