import {
  appendFileSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { removeTaken, settleTaken } from './taken-files.ts';

let queue: string;
const at = (name: string) => path.join(queue, name);
const stat = (name: string) => lstatSync(at(name), { bigint: true });
const fileOf = (name: string) => {
  const { mtimeNs, size } = stat(name);
  return { name, place: Buffer.from(at(name)), mtimeNs, sizeBytes: size };
};

beforeEach(() => {
  queue = mkdtempSync(path.join(tmpdir(), 'relay-queue-'));
  writeFileSync(at('a.json'), 'first');
});
afterEach(() => rmSync(queue, { recursive: true, force: true }));

describe('what was taken is removed', () => {
  test('and nothing is left', () => {
    removeTaken(queue, fileOf('a.json'), stat('a.json'));
    expect(readdirSync(queue)).toEqual([]);
  });

  test('but not what somebody put in its place since', () => {
    const seen = stat('a.json');
    writeFileSync(at('.new'), 'other');
    utimesSync(at('.new'), Number(seen.atimeMs) / 1000, Number(seen.mtimeMs) / 1000);
    renameSync(at('.new'), at('a.json'));
    removeTaken(queue, fileOf('a.json'), seen);
    expect(readFileSync(at('a.json'), 'utf8')).toBe('other');
  });

  test('nor what somebody wrote into it since', () => {
    const seen = stat('a.json');
    appendFileSync(at('a.json'), ' and more');
    removeTaken(queue, fileOf('a.json'), seen);
    expect(readFileSync(at('a.json'), 'utf8')).toBe('first and more');
  });
});

describe('left moved aside by a relay that died', () => {
  const asideOf = (name: string) => {
    const { dev, ino, mtimeNs, size } = stat(name);
    return `.taken-${dev}-${ino}-${mtimeNs}-${size}`;
  };

  test('it is removed where it is the one that was taken', () => {
    renameSync(at('a.json'), at(asideOf('a.json')));
    settleTaken(queue);
    expect(readdirSync(queue)).toEqual([]);
  });

  test('it is put back where it is another, and takes no place that is taken', () => {
    writeFileSync(at('found.json'), 'somebody else');
    const aside = asideOf('a.json');
    writeFileSync(at('.new'), 'a word of its own');
    renameSync(at('.new'), at(aside));
    settleTaken(queue);
    expect(readFileSync(at('found.2.json'), 'utf8')).toBe('a word of its own');
    expect(readFileSync(at('found.json'), 'utf8')).toBe('somebody else');
  });
});
