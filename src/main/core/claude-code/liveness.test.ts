import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isAlive, processStart, removeAlive, writeAlive } from './liveness.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'relay-alive-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('is alive from the writing to the removal', () => {
  expect(isAlive(home)).toBe(false);
  writeAlive(home);
  expect(isAlive(home)).toBe(true);
  removeAlive(home);
  expect(isAlive(home)).toBe(false);
});

it('does not take a later process of the same number for the relay', () => {
  mkdirSync(join(home, 'state'));
  writeFileSync(join(home, 'state', 'relay.alive'), `${process.pid} 1\n`);
  expect(isAlive(home)).toBe(false);
});

it('knows that a killed process is gone', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  writeAlive(home, pid);
  expect(isAlive(home)).toBe(true);
  expect(readFileSync(join(home, 'state', 'relay.alive'), 'utf8')).toMatch(/^\d+ \S+\n$/);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(processStart(pid)).toBeUndefined();
  expect(isAlive(home)).toBe(false);
});

it('knows no process of a number that is none', () => {
  for (const pid of [0, -1, 1.5, Number.NaN]) expect(processStart(pid)).toBeUndefined();
});
