import { existsSync, statSync } from 'node:fs';
import { DiskFault } from '../disk-fault.ts';
import type { AtPoint } from '../fault-point.ts';
import type { Home } from '../settings/home-paths.ts';
import { listBackups } from './backup-files.ts';
import { type Database, openDatabase, openDatabaseToRead } from './database.ts';
import { findDamage, findLogDamage, isDamage } from './integrity.ts';
import { finishRestore } from './restore.ts';

/**
 * Opens the database of a home for its one writer, once it was looked at: a damaged one is not
 * written to, and one that is gone is not begun anew over the backups of what it held.
 * @throws DiskFault, or what SQLite throws
 */
export async function openHomeDatabase(
  { database, backups }: Pick<Home, 'database' | 'backups'>,
  atPoint?: AtPoint,
): Promise<Database> {
  finishRestore(database);
  const isThere = existsSync(database) && statSync(database).size > 0;
  if (!isThere && listBackups(backups).length > 0) {
    throw new DiskFault(
      `The database (${database}) is gone, and there are backups of it. Bring it back with: relay restore. To begin anew instead, move ${backups} away.`,
    );
  }
  const damage = isThere ? await damageOf(database) : undefined;
  if (damage !== undefined) {
    throw new DiskFault(
      `The database (${database}) is damaged: ${damage}. Nothing was written to it. See what can be brought back, and do it, with: relay restore`,
    );
  }
  return openDatabase(database, atPoint);
}

/** What is wrong with a database that nobody has open; changes nothing. */
export async function damageOf(database: string): Promise<string | undefined> {
  try {
    const db = await openDatabaseToRead(database);
    try {
      return findDamage(db, database) ?? findLogDamage(database);
    } finally {
      db.close();
    }
  } catch (error) {
    if (isDamage(error)) return error instanceof Error ? error.message : String(error);
    throw error;
  }
}
