import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDispatchFolder } from './dispatch-folder.ts';

let home: { dispatch: string; state: string };
let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'relay-folder-'));
  home = { dispatch: path.join(root, 'dispatch'), state: path.join(root, 'state') };
  mkdirSync(home.state);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('the first one is the one, also after a restart', () => {
  expect(createDispatchFolder(home).isOther()).toBe(false);
  expect(createDispatchFolder(home).isOther()).toBe(false);
});

test('one that was removed or exchanged is another until it is adopted', () => {
  const folder = createDispatchFolder(home);
  expect(folder.isOther()).toBe(false);
  rmSync(home.dispatch, { recursive: true });
  expect(folder.isOther()).toBe(true);
  // As after a crash before everything was put there.
  expect(createDispatchFolder(home).isOther()).toBe(true);
  folder.adopt();
  expect(createDispatchFolder(home).isOther()).toBe(false);
  renameSync(home.dispatch, `${home.dispatch}.old`);
  mkdirSync(home.dispatch);
  expect(folder.isOther()).toBe(true);
  rmSync(home.dispatch, { recursive: true });
  renameSync(`${home.dispatch}.old`, home.dispatch);
  expect(folder.isOther()).toBe(false);
});
