import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import type { Home } from '../settings/home-paths.ts';
import { type BackupFile, listBackups } from './backup-files.ts';
import { type Database, openCopy, openDatabase, openDatabaseToRead } from './database.ts';
import { createEventStore, type EventStore } from './event-store.ts';
import { findDamage, findLogDamage, isDamage } from './integrity.ts';
import type { SalvagedRow } from './salvage/event-cells.ts';
import { salvageEvents } from './salvage/salvage.ts';

/** First and last number of events that are gone. */
export type LostRange = readonly [number, number];

/** What a restored database consists of; every event is counted once. */
export interface RestoreReport {
  /** What is wrong with the database, as SQLite says it; `missing` where there is none. */
  damage: string;
  /** Read from the damaged file itself. */
  salvaged: number;
  /** Only in the backup. */
  fromBackup: number;
  backup: { file: string; madeAt: number; events: number } | null;
  lost: readonly LostRange[];
  /** Whether the file still said how many events there were; otherwise more may be lost at the end. */
  endKnown: boolean;
}

export type RestorePlan =
  | { kind: 'whole' }
  | { kind: 'nothing'; message: string }
  /** The new database is made and proven, beside the old one, which is untouched until `carryOut`. */
  | { kind: 'ready'; report: RestoreReport; carryOut(): string; discard(): void };

/** Writes down in the new store that it was restored. */
type Record = (store: EventStore, report: RestoreReport) => void;

type Place = Pick<Home, 'database' | 'backups'>;

/**
 * Makes a new database from every event that the damaged one still holds and those that only the
 * newest good backup has. Hold the lock of the home meanwhile.
 * @throws the system's error (disk full, no permission); nothing has changed then.
 */
export async function planRestore(home: Place, record: Record): Promise<RestorePlan> {
  const { database } = home;
  const damage = await damageOf(database);
  if (damage === undefined) return { kind: 'whole' };
  const made = `${database}.restoring`;
  removeDatabase(made);
  try {
    const report = await remake(home, made, damage, record);
    if (report.salvaged + report.fromBackup === 0) {
      removeDatabase(made);
      return { kind: 'nothing', message: nothingToRestore(home) };
    }
    return {
      ...{ kind: 'ready', report },
      carryOut: () => putInPlace(database, made),
      discard: () => removeDatabase(made),
    };
  } catch (error) {
    removeDatabase(made);
    throw error;
  }
}

const nothingToRestore = ({ database, backups }: Place): string =>
  existsSync(database)
    ? `Neither ${database} nor ${backups} holds a single event that can be read. Move ${path.basename(database)} away to begin anew.`
    : `There is nothing to restore: ${database} does not exist, and ${backups} holds no copy of it. Begin with: relay run`;

async function damageOf(file: string): Promise<string | undefined> {
  if (!existsSync(file)) return 'missing';
  // A file of no bytes is a database without tables.
  if (statSync(file).size === 0) return 'empty';
  try {
    const db = await openDatabaseToRead(file);
    try {
      const found = findDamage(db, file) ?? findLogDamage(file);
      if (found !== undefined) return found;
      // The events are read one by one: a payload that is not JSON any more is found in no other way.
      for (const _event of createEventStore(db).all(0));
      return undefined;
    } finally {
      db.close();
    }
  } catch (error) {
    if (isDamage(error)) return error instanceof Error ? error.message : String(error);
    throw error;
  }
}

async function remake(
  home: Place,
  made: string,
  damage: string,
  record: Record,
): Promise<RestoreReport> {
  const db = await openDatabase(made);
  try {
    // Made anew from the beginning if this is interrupted.
    db.pragma('synchronous = OFF');
    const rows = createRows(db);
    const there = new Set<number>();
    const log = `${home.database}-wal`;
    let endKnown = false;
    const see = (seq: number, isLast: boolean) => {
      there.add(seq);
      endKnown ||= isLast;
    };
    db.transaction(() => {
      for (const row of salvageEvents(home.database, log, see)) rows.put(row);
    })();
    const salvaged = rows.count();
    const backup = await addBackup(home.backups, rows, db);
    const lost = rows.lost(there);
    const store = createEventStore(db);
    store.rebuild();
    rows.reserve(Math.max(rows.last(), ...lost.map(([, to]) => to)));
    const fromBackup = rows.count() - salvaged;
    const report = { damage, salvaged, fromBackup, backup, lost, endKnown };
    if (rows.count() > 0) record(store, report);
    prove(db, made);
    return report;
  } finally {
    db.close();
  }
}

function createRows(db: Database) {
  // Of two copies of an event, the one whose tokens were counted.
  const insert = db.prepare(
    `INSERT INTO events (seq, id, ts_ns, type, session_id, conversation_id, exchange_id, tool_use_id,
       payload, tokens)
     VALUES (@seq, @id, @tsNs, @type, @sessionId, @conversationId, @exchangeId, @toolUseId,
       @payload, @tokens)
     ON CONFLICT (seq) DO UPDATE SET tokens = max(tokens, excluded.tokens) ON CONFLICT DO NOTHING`,
  );
  const correct = db.prepare(
    `UPDATE events SET ts_ns = @tsNs, type = @type, session_id = @sessionId,
       conversation_id = @conversationId, exchange_id = @exchangeId, tool_use_id = @toolUseId,
       payload = @payload
     WHERE seq = @seq AND id = @id AND payload <> @payload`,
  );
  const number = (sql: string) => {
    const statement = db.prepare(sql).pluck();
    // Each selects one number, or null from an empty table.
    return () => Number(statement.get() ?? 0);
  };
  return {
    put: (row: SalvagedRow) => insert.run(row).changes,
    replace(row: SalvagedRow) {
      correct.run(row);
      insert.run(row);
    },
    count: number('SELECT count(*) FROM events'),
    last: number('SELECT max(seq) FROM events'),
    /** Numbers are given without gaps, so whatever is missing up to the last one was there. */
    lost(there: ReadonlySet<number>): LostRange[] {
      const found = new Set(db.prepare('SELECT seq FROM events').pluck().all());
      let last = this.last();
      for (const seq of there) if (seq <= mostPlausible(last)) last = Math.max(last, seq);
      const ranges: [number, number][] = [];
      for (let seq = 1; seq <= last; seq += 1) {
        if (found.has(seq)) continue;
        const open = ranges.at(-1);
        if (open?.[1] === seq - 1) open[1] = seq;
        else ranges.push([seq, seq]);
      }
      return ranges;
    },
    /** No number is given twice, also not those of events that are lost. */
    reserve(seq: number) {
      db.prepare(`UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'events'`).run(seq);
    },
  };
}

/** A flipped bit in a number must not make billions of events out of it. */
const mostPlausible = (last: number): number => last + 1_000_000;

/** Adds what the newest backup has that is whole and of the same history. */
async function addBackup(
  folder: string,
  rows: ReturnType<typeof createRows>,
  into: Database,
): Promise<RestoreReport['backup']> {
  for (const backup of listBackups(folder)) {
    const events = await addFrom(backup, rows, into);
    if (events !== undefined) return { file: backup.file, madeAt: backup.madeAt, events };
  }
  return null;
}

/** @returns how many events it holds; undefined where it is no use */
async function addFrom(
  { file }: BackupFile,
  rows: ReturnType<typeof createRows>,
  into: Database,
): Promise<number | undefined> {
  const db = await openCopy(file).catch(() => undefined);
  if (!db) return undefined;
  try {
    if (findDamage(db, file) !== undefined) return undefined;
    const idOf = into.prepare('SELECT id FROM events WHERE seq = ?').pluck();
    let events = 0;
    let common = 0;
    let others = 0;
    into.transaction(() => {
      for (const row of rowsOf(db)) {
        events += 1;
        const known = idOf.get(row.seq);
        if (known !== undefined) common += 1;
        if (known !== undefined && known !== row.id) others += 1;
        // A copy was read whole when it was made, so it is right where the two differ.
        else rows.replace(row);
      }
      if (others > common / 2) throw new OtherHistory();
    })();
    return events;
  } catch (error) {
    if (error instanceof OtherHistory || isDamage(error)) return undefined;
    throw error;
  } finally {
    db.close();
  }
}

class OtherHistory extends Error {}

function* rowsOf(db: Database): Generator<SalvagedRow> {
  const rows = db
    .prepare(
      `SELECT seq, id, ts_ns AS tsNs, type, session_id AS sessionId,
         conversation_id AS conversationId, exchange_id AS exchangeId, tool_use_id AS toolUseId,
         payload, tokens FROM events ORDER BY seq`,
    )
    .safeIntegers()
    .iterate();
  for (const row of rows) {
    // The columns are those of the type, but for integers, which are all of them big.
    const found = row as SalvagedRow & { seq: bigint; tokens: bigint };
    yield { ...found, seq: Number(found.seq), tokens: Number(found.tokens) };
  }
}

/** @throws when what was made is not whole: then it takes the place of nothing */
function prove(db: Database, file: string): void {
  const damage = findDamage(db, file);
  const orphans = db.pragma('foreign_key_check') as unknown[];
  if (damage !== undefined || orphans.length > 0) {
    throw new Error(`The restored database is not whole: ${damage ?? 'it refers to nothing'}.`);
  }
}

/**
 * The new one takes the place of the old, which is kept beside. Killed in between, the next start
 * finds the file that is ready, and does the rest (`finishRestore`).
 * @returns the name under which the old one is kept; empty where there was none
 */
function putInPlace(database: string, made: string): string {
  const fd = openSync(made, 'r+');
  fsyncSync(fd);
  closeSync(fd);
  renameSync(made, readyFile(database));
  return finishRestore(database);
}

/** Where the next start finds a whole database that is to take the place of the old one. */
export const readyFile = (database: string): string => `${database}.restored`;

/** Does what is left of a restore that was interrupted; nothing where there was none. */
export function finishRestore(database: string): string {
  if (!existsSync(readyFile(database))) return '';
  const kept = freeName(`${database}.damaged-${new Date().toISOString().slice(0, 10)}`);
  if (existsSync(database)) linkSync(database, kept);
  // Its log must be gone before the new one stands there, which SQLite would apply it to.
  if (existsSync(`${database}-wal`)) renameSync(`${database}-wal`, `${kept}-wal`);
  rmSync(`${database}-shm`, { force: true });
  renameSync(readyFile(database), database);
  return existsSync(kept) ? kept : '';
}

/** Several may be kept from one day. */
function freeName(name: string): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}.${number}`;
    if (!existsSync(candidate)) return candidate;
  }
}

function removeDatabase(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(file + end, { force: true });
}
