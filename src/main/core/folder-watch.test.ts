import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FolderWatch, watchFolder } from './folder-watch.ts';

let folder: string;
let watching: FolderWatch;
let names: (string | undefined)[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'relay-test-'));
  names = [];
});
afterEach(() => {
  watching.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = (at: string) => {
  watching = watchFolder(at, (name) => names.push(name));
};
const told = (name: string) => expect.poll(() => names).toContain(name);

test('tells what was renamed in and what was removed', async () => {
  start(folder);
  writeFileSync(path.join(folder, '.part'), '{}');
  renameSync(path.join(folder, '.part'), path.join(folder, 'a.json'));
  await told('a.json');
  names.length = 0;
  rmSync(path.join(folder, 'a.json'));
  await told('a.json');
});

test('goes on in a folder that was made again', async () => {
  const queue = path.join(folder, 'queue');
  start(queue);
  mkdirSync(queue);
  watching.renew();
  writeFileSync(path.join(queue, 'first'), '');
  await told('first');
  // Moved, not removed: a removed one may give its inode to the next.
  renameSync(queue, path.join(folder, 'old'));
  mkdirSync(queue);
  watching.renew();
  writeFileSync(path.join(queue, 'second'), '');
  await told('second');
});

test('goes on in a folder that could not be reached for a while', async () => {
  const queue = path.join(folder, 'queue');
  mkdirSync(queue);
  start(queue);
  renameSync(queue, path.join(folder, 'away'));
  // The system refuses to follow it, as it refuses where the rights are gone.
  symlinkSync('queue', queue);
  watching.renew();
  rmSync(queue);
  renameSync(path.join(folder, 'away'), queue);
  watching.renew();
  writeFileSync(path.join(queue, 'a.json'), '');
  await told('a.json');
});
