import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { keepFolder } from '../own-folder.ts';
import type { Logger } from '../settings/logs.ts';
import { listBackups, nameOfBackup, thinBackups } from './backup-files.ts';
import { type Database, openCopy } from './database.ts';
import { writeFaultSentence } from './write-fault.ts';

export interface BackupOptions {
  db: Database;
  /** The database's own file. */
  database: string;
  folder: string;
  /** null: none are made. */
  everyMs: () => number | null;
  keep: () => number;
  log: Logger;
  now?: () => number;
  /** After this many milliseconds: a start has other things to do first. */
  notBeforeMs?: number;
}

/** Copies of the whole database while it is at work, in small steps so that nobody waits. */
export interface Backups {
  /** Begins one where one is due. */
  run(): void;
  /** Settles when the one under way is done. */
  settled(): Promise<void>;
  /** A sentence while the last one that was tried could not be made. */
  problem(): string | undefined;
  stop(): Promise<void>;
}

/** What stands in the way before anything is copied costs nothing to look at, and is soon mended. */
const lookAgainMs = 10_000;
const copyAgainMs = 60 * 60_000;
const pagesAStep = 256;
const eventsAStep = 5000;
/** The newest is kept however large it is. */
const mostBytes = 4_000_000_000;

export function createBackups(options: BackupOptions): Backups {
  const { db, database, folder, everyMs, keep, log } = options;
  const { now = Date.now, notBeforeMs = 30_000 } = options;
  const startedAt = performance.now();
  let underWay: Promise<void> | undefined;
  let isStopped = false;
  let problem: string | undefined;
  let notAgainBefore = 0;

  function isDue(): boolean {
    const every = everyMs();
    if (every === null || now() < notAgainBefore) return false;
    const last = listBackups(folder)[0];
    // A clock that was set back must not keep it from being made.
    return last === undefined || Math.abs(now() - last.madeAt) >= every;
  }

  async function make(): Promise<void> {
    const hidden = path.join(folder, '.unfinished');
    let againAfterMs = lookAgainMs;
    try {
      keepFolder(folder);
      needRoom(database, folder);
      makeEmpty(hidden);
      againAfterMs = copyAgainMs;
      await copy(hidden);
      if (isStopped) return;
      await proveWhole(hidden, () => isStopped);
      if (isStopped) return;
      settleOnDisk(hidden);
      renameSync(hidden, path.join(folder, nameOfBackup(now())));
      thinBackups(folder, keep(), mostBytes);
      problem = undefined;
    } catch (error) {
      if (error instanceof Stopped) return;
      const why = error instanceof NoRoom ? error.message : writeFaultSentence(error);
      const found = `The database could not be backed up. ${why ?? (error instanceof Error ? error.message : String(error))}`;
      if (found !== problem) log.error({ error }, 'no backup could be made');
      problem = found;
      notAgainBefore = now() + againAfterMs;
    } finally {
      removeUnfinished(hidden);
    }
  }

  /** What is committed meanwhile, SQLite takes along. */
  async function copy(to: string): Promise<void> {
    const progress = () => {
      if (isStopped) throw new Stopped();
      return pagesAStep;
    };
    await db.backup(to, { progress });
  }

  return {
    run() {
      if (underWay || isStopped || performance.now() - startedAt < notBeforeMs || !isDue()) return;
      underWay = make().finally(() => {
        underWay = undefined;
      });
    },
    settled: async () => underWay,
    problem: () => problem,
    async stop() {
      isStopped = true;
      await underWay;
    },
  };
}

function makeEmpty(file: string): void {
  rmSync(file, { force: true });
  closeSync(openSync(file, 'w', 0o600));
}

function removeUnfinished(file: string): void {
  try {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(file + end, { force: true });
  } catch {
    // Where it cannot be removed the next one begins by doing so, or says why it cannot.
  }
}

class NoRoom extends Error {}
class Stopped extends Error {}

/** As much again must stay for the work itself. */
function needRoom(database: string, folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  const neededBytes = 2 * statSync(database).size;
  if (bavail * bsize >= neededBytes) return;
  const megabytes = Math.ceil(neededBytes / 1e6);
  throw new NoRoom(`The disk has less than ${megabytes} MB left. Make room.`);
}

/** Reads every event of a copy; one that cannot be read must not take the place of one that can. */
async function proveWhole(file: string, isStopped: () => boolean): Promise<void> {
  const copy = await openCopy(file);
  try {
    const last = copy.prepare('SELECT max(seq) FROM events').pluck().get();
    const read = copy.prepare('SELECT count(json(payload)) FROM events WHERE seq > ? AND seq <= ?');
    // The statement selects one number, or null from an empty table.
    const end = Number(last ?? 0);
    for (let from = 0; from < end && !isStopped(); from += eventsAStep) {
      read.get(from, from + eventsAStep);
      await nextTurn();
    }
  } finally {
    copy.close();
  }
}

function settleOnDisk(file: string): void {
  chmodSync(file, 0o600);
  const fd = openSync(file, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
