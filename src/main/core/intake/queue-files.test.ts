import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
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
import { listQueue, readQueueFile } from './queue-files.ts';

let queue: string;
const at = (...names: string[]) => path.join(queue, ...names);
const read = (name: string) => readQueueFile({ name, place: Buffer.from(at(name)) });
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

test('a name that is no text is listed like any other', () => {
  writeFileSync(
    Buffer.concat([Buffer.from(`${queue}/`), Buffer.from('caf\xe9.json', 'latin1')]),
    '{}',
  );
  const [file] = listQueue(queue);
  expect(file?.name).toBe('caf\uFFFD.json');
  const found = file && readQueueFile(file);
  expect(found?.ok && Buffer.from(found.bytes).toString()).toBe('{}');
});

describe('reading', () => {
  test('gives the bytes as they are', () => {
    writeFileSync(at('a.json'), Buffer.from([0xff, 0, 1]));
    const found = read('a.json');
    expect(found.ok && [...found.bytes]).toEqual([0xff, 0, 1]);
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
    const found = read('x.json');
    expect(found.ok === false && 'reason' in found && found.reason).toContain(reason);
  });

  test('takes exactly 8 MiB', () => {
    write('x.json', '');
    truncateSync(at('x.json'), largestEnvelopeBytes);
    const found = read('x.json');
    expect(found.ok && found.bytes.length).toBe(largestEnvelopeBytes);
  });

  test.skipIf(process.getuid?.() === 0)('says that a file may not be read (root may all)', () => {
    write('x.json');
    chmodSync(at('x.json'), 0);
    expect(read('x.json')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('EACCES'),
    });
  });

  test('of a file that is gone is no fault', () => {
    expect(read('x.json')).toEqual({ ok: false, gone: true });
  });
});

describe('the key of a file', () => {
  const keyOf = (name: string) => {
    const found = read(name);
    return found.ok ? found.fileKey : undefined;
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
