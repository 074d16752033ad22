import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectRootOf } from './project-root.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'relay-project-'));
  mkdirSync(path.join(root, 'repo', '.git'), { recursive: true });
  mkdirSync(path.join(root, 'repo', 'src', 'deep'), { recursive: true });
  mkdirSync(path.join(root, 'repo', 'worktree'));
  writeFileSync(path.join(root, 'repo', 'worktree', '.git'), 'gitdir: elsewhere');
  mkdirSync(path.join(root, 'plain'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each([
  ['repo', 'repo'],
  ['repo/', 'repo'],
  ['repo/src/deep', 'repo'],
  ['repo/src/../src', 'repo'],
  ['repo/src/not/there', 'repo'],
  ['repo/worktree', 'repo/worktree'],
  ['plain', 'plain'],
  ['plain/', 'plain'],
])('%s belongs to %s', (cwd, expected) => {
  expect(projectRootOf(path.join(root, cwd))).toBe(path.join(root, expected));
});

test.each([null, '', 'relative/path', '.', `/${'a/'.repeat(4_000_000)}`])(
  'what is no usable absolute path has no root',
  (cwd) => {
    expect(projectRootOf(cwd)).toBeNull();
  },
);

test('a path that no system takes is its own root', () => {
  expect(projectRootOf('/nul\0byte')).toBe('/nul\0byte');
  expect(projectRootOf('/')).toBe('/');
});
