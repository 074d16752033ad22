import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Seen } from './queue-files.ts';
import { findUnrecorded, moveToRejected } from './rejected-files.ts';

let queue: string;
const at = (...names: string[]) => path.join(queue, ...names);
const write = (name: string, text = '{}') => writeFileSync(at(name), text);
const fileOf = (name: string) => ({ name, place: Buffer.from(at(name)) });
const nothing: Seen = { dev: 0n, ino: 0n, size: 0n, mtimeNs: 0n };
const seenOf = (name: string): Seen =>
  lstatSync(at(name), { bigint: true, throwIfNoEntry: false }) ?? nothing;
const move = (name: string, reason = 'x.') =>
  moveToRejected(queue, fileOf(name), { seen: seenOf(name), reason });
const kept = () => readdirSync(at('.rejected')).sort();

beforeEach(() => {
  queue = mkdtempSync(path.join(tmpdir(), 'relay-queue-'));
});
afterEach(() => rmSync(queue, { recursive: true, force: true }));

test('what is rejected is kept unchanged beside the reason, in one sentence', () => {
  write('a.json', 'not {json');
  expect(move('a.json', 'It is not JSON.')).toBe('a.json');
  expect(existsSync(at('a.json'))).toBe(false);
  expect(readFileSync(at('.rejected', 'a.json'), 'utf8')).toBe('not {json');
  expect(readFileSync(at('.rejected', 'a.json.reason.txt'), 'utf8')).toBe('It is not JSON.\n');
});

test('it takes no name that is taken', () => {
  for (const text of ['one', 'two', 'three']) {
    write('a.json', text);
    move('a.json');
  }
  expect(kept().filter((name) => name.endsWith('.json'))).toEqual([
    'a.2.json',
    'a.3.json',
    'a.json',
  ]);
  expect(readFileSync(at('.rejected', 'a.json'), 'utf8')).toBe('one');
});

test.each([`${'x'.repeat(250)}.json`, `${'ä'.repeat(124)}.json`, `${'😀'.repeat(62)}.json`])(
  'its reason fits beside a name as long as there are',
  (name) => {
    write(name, 'mine');
    const keptAs = move(name);
    expect(kept()).toEqual([keptAs, `${keptAs}.reason.txt`].sort());
    expect(readFileSync(at('.rejected', keptAs ?? ''), 'utf8')).toBe('mine');
  },
);

test('it is moved whatever it is', () => {
  mkdirSync(at('folder.json'));
  symlinkSync('/nowhere', at('link.json'));
  for (const name of ['folder.json', 'link.json']) move(name);
  expect(lstatSync(at('.rejected', 'folder.json')).isDirectory()).toBe(true);
  expect(lstatSync(at('.rejected', 'link.json')).isSymbolicLink()).toBe(true);
});

test('one that somebody took away leaves nothing', () => {
  expect(move('gone.json')).toBeUndefined();
  expect(kept()).toEqual([]);
});

test('another that somebody put in its place since stays in the queue', () => {
  write('a.json', 'not {json');
  const seen = seenOf('a.json');
  write('.new', '{"session_id":"s1","content":"good"}');
  renameSync(at('.new'), at('a.json'));
  expect(moveToRejected(queue, fileOf('a.json'), { seen, reason: 'x.' })).toBeUndefined();
  expect(readFileSync(at('a.json'), 'utf8')).toContain('good');
  expect(kept()).toEqual([]);
});

test('what lies there unrecorded is found with its reason, and nothing else', () => {
  for (const name of ['a.json', 'b.json']) {
    write(name);
    move(name, `Why ${name}.`);
  }
  writeFileSync(at('.rejected', 'reason-alone.json.reason.txt'), 'x.\n');
  writeFileSync(at('.rejected', 'alone.json'), '');
  expect(findUnrecorded(queue, () => new Set(['a.json']))).toEqual([
    { keptAs: 'b.json', reason: 'Why b.json.' },
  ]);
});
