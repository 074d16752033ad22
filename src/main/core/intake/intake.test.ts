import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EngineDesk, openDesk } from '../engine/testing/engine-desk.ts';
import { silentLogger } from '../settings/logs.ts';
import { createIntake, type Intake } from './intake.ts';

let desk: EngineDesk;
let queue: string;
/** As of the disk: settles what the intake waits for. */
let disk: PromiseWithResolvers<void>;
let waits: number;
let intake: Intake;

beforeEach(async () => {
  desk = await openDesk();
  queue = path.join(desk.folder, 'queue');
  mkdirSync(queue);
  disk = Promise.withResolvers();
  waits = 0;
  const onDisk = () => {
    waits += 1;
    return disk.promise;
  };
  const { queries } = desk;
  intake = createIntake({
    home: { queue, ownerInput: path.join(desk.folder, 'jc_input.txt') },
    engine: { ...desk.engine, onDisk },
    ...{ queries, log: silentLogger },
  });
});
afterEach(() => desk[Symbol.dispose]());

function drop(name: string): string {
  const file = path.join(queue, name);
  writeFileSync(`${file}.part`, JSON.stringify({ session_id: 's1', content: `Word ${name}` }));
  renameSync(`${file}.part`, file);
  return file;
}

const accepted = () => desk.published.filter(({ type }) => type === 'envelope.accepted');

test('an envelope stays in the queue until its event is on disk, and is taken once', async () => {
  const first = drop('a.json');
  intake.scan();
  expect(accepted()).toHaveLength(1);
  intake.scan();
  expect(existsSync(first)).toBe(true);
  const second = drop('b.json');
  intake.scan();
  expect(accepted()).toHaveLength(2);
  expect(waits).toBe(1);
  disk.resolve();
  await intake.stop();
  expect([existsSync(first), existsSync(second)]).toEqual([false, false]);
  // Of the second it was not known whether the first fsync took it along.
  expect(waits).toBe(2);
  intake.scan();
  expect(accepted()).toHaveLength(2);
});

test('one that is about to leave is not taken again because its rights are changed', async () => {
  const file = drop('a.json');
  intake.scan();
  chmodSync(file, 0o640);
  intake.scan();
  disk.resolve();
  await intake.stop();
  intake.scan();
  expect(accepted()).toHaveLength(1);
  expect(existsSync(file)).toBe(false);
});

test('what a disk that failed left there is removed by a later scan', async () => {
  const file = drop('a.json');
  intake.scan();
  disk.reject(Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' }));
  await intake.stop();
  expect(existsSync(file)).toBe(true);
  disk = Promise.withResolvers();
  disk.resolve();
  intake.scan();
  await intake.stop();
  expect(existsSync(file)).toBe(false);
  expect(accepted()).toHaveLength(1);
});

test('a file put in the place of one that is about to leave is an envelope of its own', async () => {
  drop('a.json');
  intake.scan();
  const other = drop('a.json');
  disk.resolve();
  await intake.stop();
  expect(existsSync(other)).toBe(true);
  intake.scan();
  await intake.stop();
  expect(existsSync(other)).toBe(false);
  expect(accepted()).toHaveLength(2);
});
