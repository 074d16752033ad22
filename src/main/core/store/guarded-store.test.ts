import { mkdtempSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { type DatabaseFile, watchDatabaseFile } from './database-file.ts';
import { createEventStore, type EventStore } from './event-store.ts';
import { guardStore } from './guarded-store.ts';

let root: string;
let database: string;
let db: Database;
let file: DatabaseFile;
let store: EventStore;
let nowMs = 0;

beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'relay-store-'));
  database = path.join(root, 'relay.db');
  db = await openDatabase(database);
  file = watchDatabaseFile({ root, database });
  store = guardStore(createEventStore(db), file, () => nowMs);
  commit();
  db.pragma('wal_checkpoint(TRUNCATE)');
  commit();
});
afterEach(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});

function commit(): void {
  store.transaction(() => store.append([{ type: 'relay.stopped', payload: {} }]));
}

test.each(['relay.db', 'relay.db-wal'])('nothing is committed while %s is away', (name) => {
  renameSync(path.join(root, name), path.join(root, 'away'));
  expect(file.look()).toEqual({ kind: 'gone', what: name });
  expect(commit).toThrow(/was deleted or moved away/);
  renameSync(path.join(root, 'away'), path.join(root, name));
  commit();
  expect(store.lastSeq()).toBe(3);
});

test('nothing is committed into a home that is gone, or beside another database', async () => {
  renameSync(root, `${root}-moved`);
  expect(commit).toThrow(/home is gone/);
  renameSync(`${root}-moved`, root);
  renameSync(database, `${database}.old`);
  const other = await openDatabase(database);
  expect(commit).toThrow(/Another file was put in the place/);
  other.close();
});

test('nothing is committed to what was cut off', () => {
  truncateSync(database, 4096);
  expect(commit).toThrow(/was cut off by another program.*relay restore/);
});

test('what was found damaged is not written to again', () => {
  let isDamaged = true;
  const failing = guardStore(
    {
      ...store,
      transaction(work) {
        if (isDamaged) throw Object.assign(new Error('malformed'), { code: 'SQLITE_CORRUPT' });
        return store.transaction(work);
      },
    },
    file,
  );
  const write = () => failing.transaction(() => store.lastSeq());
  expect(write).toThrow('malformed');
  isDamaged = false;
  expect(write).toThrow('malformed');
});

test('whoever holds the database is waited for once, not by each who comes', async () => {
  const other = await openDatabase(database);
  other.exec('BEGIN IMMEDIATE');
  const startedAt = performance.now();
  for (let n = 0; n < 20; n += 1) expect(commit).toThrow(/locked/);
  // One wait of a quarter of a second; twenty would be five.
  expect(performance.now() - startedAt).toBeLessThan(2500);
  other.exec('ROLLBACK');
  other.close();
  nowMs += 1000;
  commit();
});
