import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DiskFault } from './disk-fault.ts';
import { keepFolder } from './own-folder.ts';

let home: string;
const queue = () => path.join(home, 'queue');
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'relay-folder-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('a folder that was removed is made again, for the owner alone', () => {
  expect(keepFolder(queue())).toBe(true);
  expect(statSync(queue()).mode & 0o777).toBe(0o700);
  expect(keepFolder(queue())).toBe(false);
});

test('a link to a folder is one; a file and a link to nowhere are said, and left alone', () => {
  mkdirSync(path.join(home, 'elsewhere'));
  symlinkSync('elsewhere', queue());
  expect(keepFolder(queue())).toBe(false);
  rmSync(path.join(home, 'elsewhere'), { recursive: true });
  expect(() => keepFolder(queue())).toThrow(DiskFault);
  rmSync(queue());
  writeFileSync(queue(), 'x');
  expect(() => keepFolder(queue())).toThrow(/queue is not a folder any more\. Move away/);
});

test('a home that is gone is not made again in its old place', () => {
  renameSync(home, `${home}-moved`);
  expect(() => keepFolder(queue())).toThrow(/home is gone .* Put it back/);
  renameSync(`${home}-moved`, home);
  expect(keepFolder(queue())).toBe(true);
});
