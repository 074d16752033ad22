import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SessionId } from '#shared/ids.ts';
import { toolEnvironment } from '../tool-environment.ts';
import { markedProcesses } from './marked-processes.ts';
import type { CommandOrder } from './shell.ts';
import { createShells, type Shells } from './shells.ts';

let folder: string;
let shells: Shells;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'relay-shell-')));
  shells = createShells({
    home: folder,
    env: toolEnvironment({ ...process.env, ANTHROPIC_API_KEY: 'sk-secret' }),
    mostProcesses: 60,
    graceMs: 300,
  });
});

afterEach(async () => {
  await shells.end();
  rmSync(folder, { recursive: true, force: true });
});

function run(command: string, more: Partial<CommandOrder> = {}, session = 's1') {
  const place = { sessionId: session as SessionId, cwd: folder, root: folder };
  const order = { timeLimitMs: 20_000, signal: new AbortController().signal, ...more };
  return shells.run(place, { command, onOutput: () => undefined, ...order });
}

test('stdout, stderr and exit code are told apart', async () => {
  expect(await run('echo out; echo err >&2; (exit 3)')).toMatchObject({
    stdout: 'out\n',
    stderr: 'err\n',
    exitCode: 3,
    cut: null,
    isShellGone: false,
  });
  expect(await run('printf "no newline"')).toMatchObject({ stdout: 'no newline', exitCode: 0 });
  expect(await run('pwd')).toMatchObject({ stdout: `${folder}\n` });
});

test('directory, variables and functions last; each session has its own', async () => {
  mkdirSync(path.join(folder, 'sub'));
  await run('cd sub; A=1; export B=2; f() { echo "f $A $B"; }');
  expect((await run('pwd; f')).stdout).toBe(`${folder}/sub\nf 1 2\n`);
  expect((await run('pwd; echo "[$A]"', {}, 's2')).stdout).toBe(`${folder}\n[]\n`);
});

test('quotes, several lines, syntax errors and redirected streams do no harm', async () => {
  expect((await run(`echo 'it'"'"'s' "$((1+1))"\ncat <<X\nhere\nX`)).stdout).toBe("it's 2\nhere\n");
  const wrong = await run('if then');
  expect(wrong).toMatchObject({ isShellGone: false });
  expect(wrong.stderr).toMatch(/syntax error/);
  expect(wrong.exitCode).not.toBe(0);
  await run('exec >/dev/null 2>&1');
  expect((await run('echo still here')).stdout).toBe('still here\n');
  expect((await run('cat; read x; echo "got [$x]"')).stdout).toBe('got []\n');
});

test('what hides Relay keys is not in its environment', async () => {
  expect((await run('env')).stdout).not.toMatch(/sk-secret|ANTHROPIC/);
});

test('a shell that ends is replaced', async () => {
  await run('A=1');
  expect(await run('echo bye; exit 7')).toMatchObject({
    stdout: 'bye\n',
    exitCode: 7,
    isShellGone: true,
  });
  expect(await run('echo "[$A]"')).toMatchObject({ stdout: '[]\n', isShellGone: false });
  expect(await run('kill -KILL $$')).toMatchObject({ exitCode: null, isShellGone: true });
  expect((await run('echo again')).stdout).toBe('again\n');
});

test('a command over its time is ended and the shell goes on', async () => {
  await run('A=kept');
  const ended = await run('echo begun; sleep 100', { timeLimitMs: 300 });
  expect(ended).toMatchObject({ stdout: 'begun\n', cut: 'time', isShellGone: false });
  expect((await run('echo $A')).stdout).toBe('kept\n');
});

test('what ignores signals is killed, in the background and out of its group as well', async () => {
  const command = `
    bash -c 'trap "" TERM INT HUP; while :; do sleep 0.1; done' &
    setsid bash -c 'trap "" TERM; while :; do sleep 0.1; done' &
    bash -c 'trap "" TERM INT HUP; sleep 100 & wait'`;
  const ended = await run(command, { timeLimitMs: 500 });
  expect(ended.cut).toBe('time');
  await run('true');
  await shells.end();
  expect(markedProcesses('relay-').filter((pid) => ofFolder(pid))).toEqual([]);
});

test('a loop of the shell itself costs the shell, and no more', async () => {
  const ended = await run('while :; do :; done', { timeLimitMs: 300 });
  expect(ended).toMatchObject({ cut: 'time', isShellGone: true, exitCode: null });
  expect((await run('echo next')).stdout).toBe('next\n');
});

test('what is called off ends at once', async () => {
  const abort = new AbortController();
  const ended = run('echo begun; sleep 100', {
    signal: abort.signal,
    onOutput: () => abort.abort(),
  });
  expect(await ended).toMatchObject({ cut: 'called off', stdout: 'begun\n' });
});

test('a gigabyte of output is not kept', async () => {
  const before = process.memoryUsage().rss;
  const ended = await run('head -c 1000000000 /dev/zero | tr "\\0" x; echo; echo the end', {
    timeLimitMs: 100_000,
  });
  expect(ended.exitCode).toBe(0);
  expect(ended.stdout.length).toBeLessThan(71_000);
  expect(ended.stdout).toMatch(
    /^x+\n\n\[\d+ of 1000000009 bytes are left out here\]\n\nx+\nthe end\n$/,
  );
  expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
});

test('output is cut on a character', async () => {
  const { stdout } = await run('for i in $(seq 40000); do printf "ü€😀"; done');
  expect(stdout).not.toContain('\uFFFD');
  expect(stdout).toMatch(/left out here/);
});

test('a bomb of processes is stopped', async () => {
  // Slow enough that a machine on which nothing stopped it would survive this test.
  const bomb = 'bomb() { sleep 0.1; bomb & bomb & sleep 100; }; bomb';
  const ended = await run(bomb, { timeLimitMs: 15_000 });
  expect(ended.cut).toBe('processes');
  expect(markedProcesses('relay-').filter((pid) => ofFolder(pid))).toEqual([]);
  expect((await run('echo alive')).stdout).toBe('alive\n');
});

function ofFolder(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
  } catch {
    return false;
  }
}
