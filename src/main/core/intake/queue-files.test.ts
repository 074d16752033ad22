import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { largestEnvelopeBytes } from './envelope.ts';
import { listQueue, moveToRejected, readQueueFile } from './queue-files.ts';

let queue: string;
const at = (...names: string[]) => path.join(queue, ...names);
const write = (name: string, text = '{}') => writeFileSync(at(name), text);

beforeEach(() => {
  queue = mkdtempSync(path.join(tmpdir(), 'relay-queue-'));
});
afterEach(() => rmSync(queue, { recursive: true, force: true }));

test('the queue is listed oldest first by time, then by name; unfinished work is left out', () => {
  for (const name of [
    'b.json',
    'a.json',
    'c.json',
    'old.json',
    '.hidden.json',
    'a.json.tmp',
    'x',
  ]) {
    write(name);
    utimesSync(at(name), 2000, 2000);
  }
  utimesSync(at('old.json'), 1000, 1000);
  expect(listQueue(queue).map(({ name }) => name)).toEqual([
    'old.json',
    'a.json',
    'b.json',
    'c.json',
  ]);
});

describe('reading', () => {
  test('gives the bytes as they are', () => {
    writeFileSync(at('a.json'), Buffer.from([0xff, 0, 1]));
    const read = readQueueFile(queue, 'a.json');
    expect(read.ok && [...read.bytes]).toEqual([0xff, 0, 1]);
  });

  test.each([
    ['a symbolic link', () => symlinkSync('/etc/hostname', at('x.json')), 'symbolic link'],
    ['a link to nowhere', () => symlinkSync('/nowhere', at('x.json')), 'symbolic link'],
    ['a folder', () => mkdirSync(at('x.json')), 'not a regular file'],
    // Opening it would wait for a writer for ever.
    ['a pipe', () => execFileSync('mkfifo', [at('x.json')]), 'not a regular file'],
    [
      'what is too large',
      () => {
        write('x.json', '');
        truncateSync(at('x.json'), largestEnvelopeBytes + 1);
      },
      'larger than 8 MiB',
    ],
  ])('refuses %s', (_name, make, reason) => {
    make();
    const read = readQueueFile(queue, 'x.json');
    expect(read.ok === false && 'reason' in read && read.reason).toContain(reason);
  });

  test('takes exactly 8 MiB', () => {
    write('x.json', '');
    truncateSync(at('x.json'), largestEnvelopeBytes);
    const read = readQueueFile(queue, 'x.json');
    expect(read.ok && read.bytes.length).toBe(largestEnvelopeBytes);
  });

  test.skipIf(process.getuid?.() === 0)('says that a file may not be read (root may all)', () => {
    write('x.json');
    chmodSync(at('x.json'), 0);
    expect(readQueueFile(queue, 'x.json')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('EACCES'),
    });
  });

  test('of a file that is gone is no fault', () => {
    expect(readQueueFile(queue, 'x.json')).toEqual({ ok: false, gone: true });
  });
});

describe('the key of a file', () => {
  const keyOf = (name: string) => {
    const read = readQueueFile(queue, name);
    return read.ok ? read.fileKey : undefined;
  };

  test('is the same as long as the file is', () => {
    write('a.json');
    expect(keyOf('a.json')).toBe(keyOf('a.json'));
  });

  test('is another for another name or content', () => {
    write('a.json');
    write('b.json');
    const keys = [keyOf('a.json'), keyOf('b.json')];
    write('a.json', '{"a":1}');
    keys.push(keyOf('a.json'));
    expect(new Set(keys).size).toBe(3);
  });

  test('is another for a copy with the same name, time and content in the same inode', () => {
    write('template');
    utimesSync(at('template'), 1000, 1000);
    linkSync(at('template'), at('a.json'));
    const first = keyOf('a.json');
    rmSync(at('a.json'));
    linkSync(at('template'), at('a.json'));
    expect(lstatSync(at('a.json')).mtimeMs).toBe(1_000_000);
    expect(keyOf('a.json')).not.toBe(first);
  });
});

describe('what is rejected', () => {
  const kept = () => readdirSync(at('.rejected')).sort();

  test('is kept unchanged beside the reason, in one sentence', () => {
    write('a.json', 'not {json');
    expect(moveToRejected(queue, 'a.json', 'It is not JSON.')).toBe('a.json');
    expect(existsSync(at('a.json'))).toBe(false);
    expect(readFileSync(at('.rejected', 'a.json'), 'utf8')).toBe('not {json');
    expect(readFileSync(at('.rejected', 'a.json.reason.txt'), 'utf8')).toBe('It is not JSON.\n');
  });

  test('takes no name that is taken', () => {
    for (const text of ['one', 'two', 'three']) {
      write('a.json', text);
      moveToRejected(queue, 'a.json', 'x.');
    }
    expect(kept().filter((name) => name.endsWith('.json'))).toEqual([
      'a.2.json',
      'a.3.json',
      'a.json',
    ]);
    expect(readFileSync(at('.rejected', 'a.json'), 'utf8')).toBe('one');
  });

  test.each([`${'x'.repeat(250)}.json`, `${'ä'.repeat(124)}.json`, `${'😀'.repeat(62)}.json`])(
    'fits its reason beside a name as long as there are',
    (name) => {
      write(name, 'mine');
      const keptAs = moveToRejected(queue, name, 'x.');
      expect(kept()).toEqual([keptAs, `${keptAs}.reason.txt`].sort());
      expect(readFileSync(at('.rejected', keptAs ?? ''), 'utf8')).toBe('mine');
    },
  );

  test('is moved whatever it is', () => {
    mkdirSync(at('folder.json'));
    symlinkSync('/nowhere', at('link.json'));
    for (const name of ['folder.json', 'link.json']) moveToRejected(queue, name, 'x.');
    expect(lstatSync(at('.rejected', 'folder.json')).isDirectory()).toBe(true);
    expect(lstatSync(at('.rejected', 'link.json')).isSymbolicLink()).toBe(true);
  });

  test('that somebody took away is nothing', () => {
    expect(moveToRejected(queue, 'gone.json', 'x.')).toBeUndefined();
  });
});
