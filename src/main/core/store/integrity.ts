import { statSync } from 'node:fs';
import type { Database } from './database.ts';
import { hidesCommits } from './salvage/pages.ts';

/** The whole of so much is looked at in less than a second, the events alone of so much more. */
const wholeUpToBytes = 100_000_000;
const eventsUpToBytes = 1_000_000_000;

/**
 * What SQLite finds wrong with a database, in its words, or undefined. Bounded in time by the size of
 * the file: what is too large to be looked at before every start is read whole by each backup.
 */
export function findDamage(db: Database, file: string): string | undefined {
  const sizeBytes = statSync(file).size;
  if (sizeBytes > eventsUpToBytes) return undefined;
  const check = sizeBytes > wholeUpToBytes ? `quick_check('events')` : 'quick_check(1)';
  try {
    const found = db.pragma(check, { simple: true });
    return found === 'ok' ? undefined : String(found).replace(/^\*\*\*.*\n/, '');
  } catch (error) {
    if (isDamage(error)) return error instanceof Error ? error.message : String(error);
    throw error;
  }
}

/**
 * What SQLite does not find wrong with a log, since it takes it for the end of the log; to be asked
 * before SQLite opens the database for writing.
 */
export const findLogDamage = (file: string): string | undefined =>
  hidesCommits(`${file}-wal`)
    ? 'its log is damaged in the middle, and what was committed after that would be lost'
    : undefined;

/** SQLite's own word for it. */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return /^SQLITE_(?:CORRUPT|NOTADB)/.test(String(error.code));
}
