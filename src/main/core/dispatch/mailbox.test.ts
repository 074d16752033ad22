import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dispatch, session } from '../engine/testing/pure-relay.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';

const s1 = session('s1');
const d1 = dispatch('d1');
const d2 = dispatch('d2');
let folder: string;
let mailbox: Mailbox;
const at = (name: string) => path.join(folder, 's1', name);
const files = () => readdirSync(path.join(folder, 's1')).sort();

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'relay-box-'));
  mailbox = createMailbox(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a reply is hidden until it is published, and then whole', () => {
  mailbox.stage(s1, d1, 'Grün 🟢\r\n');
  expect(mailbox.isFree(s1)).toBe(true);
  expect(mailbox.isStaged(s1, d1)).toBe(true);
  mailbox.publish(s1, d1);
  expect(files()).toEqual(['input.txt']);
  expect(readFileSync(at('input.txt'), 'utf8')).toBe('Grün 🟢\r\n');
  expect(mailbox.isFree(s1)).toBe(false);
  expect(mailbox.isStaged(s1, d1)).toBe(false);
  expect(statSync(path.join(folder, 's1')).mode & 0o777).toBe(0o700);
});

test('a box is free where nothing lies in it, and only there', () => {
  expect(mailbox.isFree(s1)).toBe(true);
  mailbox.stageRelease(s1);
  mailbox.publishRelease(s1);
  expect(mailbox.isFree(s1)).toBe(true);
  symlinkSync('/nowhere', at('input.txt'));
  expect(mailbox.isFree(s1)).toBe(false);
  rmSync(at('input.txt'));
  // A hook has it in its hand.
  writeFileSync(at('.claimed-123'), 'x');
  expect(mailbox.isFree(s1)).toBe(false);
});

test('taking back tells whether it was in time, and stays true until it is discarded', () => {
  mailbox.stage(s1, d1, 'x');
  mailbox.publish(s1, d1);
  expect(mailbox.takeBack(s1, d1)).toBe(true);
  expect(existsSync(at('input.txt'))).toBe(false);
  // As after a crash before this was recorded.
  expect(mailbox.takeBack(s1, d1)).toBe(true);
  mailbox.discard(s1, d1);
  expect(files()).toEqual([]);
  expect(mailbox.takeBack(s1, d1)).toBe(false);
});

test('what a killed relay left of a reply that was withdrawn since is cleared away', () => {
  mailbox.stage(s1, d1, 'old');
  mailbox.stage(s1, d2, 'new');
  expect(files()).toEqual(['.d2.part']);
});

test('what is left of replies that are no more is swept away, and nothing else', () => {
  mailbox.stage(s1, d1, 'withdrawn');
  mailbox.publish(s1, d1);
  mailbox.takeBack(s1, d1);
  for (const name of ['.d2.part', '.d3.handed-17', 'input.txt', '.claimed-1', '.dx.part']) {
    writeFileSync(at(name), '');
  }
  mailbox.sweep(s1, new Set([d1, d2]));
  expect(files()).toHaveLength(6);
  mailbox.sweep(s1, new Set([d2]));
  expect(files()).toEqual(['.claimed-1', '.d2.part', '.d3.handed-17', '.dx.part', 'input.txt']);
  mailbox.sweep(session('never-seen'), new Set());
});

test('a release is an empty file, and none lies beside a reply', () => {
  mailbox.stageRelease(s1);
  mailbox.publishRelease(s1);
  expect(statSync(at('release')).size).toBe(0);
  mailbox.stage(s1, d1, 'x');
  mailbox.publish(s1, d1);
  expect(files()).toEqual(['input.txt']);
});

test('a reply set aside is staged again, unless it was taken', () => {
  mailbox.stage(s1, d1, 'x');
  mailbox.publish(s1, d1);
  expect(mailbox.setAside(s1, d1)).toBe(true);
  expect(files()).toEqual(['.d1.part']);
  expect(mailbox.setAside(s1, d1)).toBe(false);
});

test('nothing is said to be taken where it cannot be known', () => {
  writeFileSync(path.join(folder, 's1'), 'a file in the place of the folder');
  for (const look of [
    () => mailbox.isFree(s1),
    () => mailbox.isStaged(s1, d1),
    () => mailbox.takeBack(s1, d1),
  ]) {
    expect(look).toThrow('ENOTDIR');
  }
});
