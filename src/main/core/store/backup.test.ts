import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../settings/logs.ts';
import { createBackups } from './backup.ts';
import { listBackups, nameOfBackup, thinBackups } from './backup-files.ts';
import { type Database, openDatabase, openDatabaseToRead } from './database.ts';
import { createEventStore, type EventStore } from './event-store.ts';

const hourMs = 3_600_000;
let root: string;
let folder: string;
let db: Database;
let store: EventStore;
let nowMs = Date.UTC(2026, 10, 21);

beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'relay-backup-'));
  folder = path.join(root, 'backups');
  db = await openDatabase(path.join(root, 'relay.db'));
  store = createEventStore(db);
  append(5000);
});
afterEach(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});

function append(count: number): void {
  const event = { type: 'relay.paused', payload: { via: 'cli' } } as const;
  store.transaction(() => store.append(Array.from({ length: count }, () => event)));
}

const backupsOf = (database = path.join(root, 'relay.db')) =>
  createBackups({
    ...{ db, database, folder, log: silentLogger, notBeforeMs: 0 },
    everyMs: () => 24 * hourMs,
    keep: () => 2,
    now: () => nowMs,
  });

test('a copy is whole, for the owner alone, and made once a day beside all other work', async () => {
  const backups = backupsOf();
  backups.run();
  append(100);
  await backups.settled();
  expect(readdirSync(folder)).toEqual([nameOfBackup(nowMs)]);
  const [made] = listBackups(folder);
  expect(made).toMatchObject({ madeAt: nowMs });
  const file = made?.file ?? '';
  expect([statSync(folder).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600]);
  const copy = await openDatabaseToRead(file);
  expect(copy.prepare('SELECT count(*) FROM events').pluck().get()).toBeGreaterThanOrEqual(5000);
  copy.close();
  nowMs += 23 * hourMs;
  backups.run();
  await backups.settled();
  expect(listBackups(folder)).toHaveLength(1);
  for (let day = 0; day < 3; day += 1) {
    nowMs += 24 * hourMs;
    backups.run();
    await backups.settled();
  }
  expect(listBackups(folder).map(({ madeAt }) => madeAt)).toEqual([nowMs, nowMs - 24 * hourMs]);
});

test('a copy that cannot be made is said, leaves nothing, and is made once it can be', async () => {
  writeFileSync(folder, 'in the way');
  const backups = backupsOf();
  backups.run();
  await backups.settled();
  expect(backups.problem()).toContain('could not be backed up. ');
  expect(backups.problem()).toContain('is not a folder any more');
  rmSync(folder);
  backups.run();
  await backups.settled();
  // Not at every look: it would fill the log.
  expect(backups.problem()).toBeDefined();
  nowMs += 10_000;
  backups.run();
  await backups.settled();
  expect(backups.problem()).toBeUndefined();
  expect(listBackups(folder)).toHaveLength(1);
});

test('a stop ends the one under way and leaves nothing of it', async () => {
  const backups = backupsOf();
  backups.run();
  await backups.stop();
  expect(readdirSync(folder)).toEqual([]);
});

test('the newest is kept however large it is', () => {
  mkdirSync(folder);
  for (let day = 0; day < 4; day += 1) {
    writeFileSync(path.join(folder, nameOfBackup(nowMs + day * 24 * hourMs)), 'x'.repeat(100));
  }
  writeFileSync(path.join(folder, "the owner's own.db"), '');
  thinBackups(folder, 9, 250);
  expect(listBackups(folder)).toHaveLength(2);
  thinBackups(folder, 9, 50);
  expect(listBackups(folder)).toHaveLength(1);
  expect(readdirSync(folder)).toContain("the owner's own.db");
});
