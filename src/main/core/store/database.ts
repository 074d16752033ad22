import { closeSync, copyFileSync, existsSync, openSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Options, Database as Sqlite } from 'better-sqlite3';
import { type AtPoint, noFault } from '../fault-point.ts';
import { migrations } from './migrations.ts';

export type Database = Sqlite;

/** SQLite's name for a database that is no file. */
const inMemory = ':memory:';

/** better-sqlite3 13 is built on Node-API 10; in an older runtime it crashes the process. */
const neededNodeApi = 10;

/** A sentence when this runtime cannot load the SQLite driver, undefined when it can. */
export function whyNoDatabase(): string | undefined {
  if (Number(process.versions.napi) >= neededNodeApi) return undefined;
  return `This runtime (Node ${process.versions.node}, Node-API ${process.versions.napi}) cannot load the database driver, which needs Node-API ${neededNodeApi}; use the Node that comes with the project: npx relay.`;
}

/**
 * Opens the database for its one writer: WAL, every commit on disk before it returns, schema brought
 * up to date (after a backup copy where there was one before).
 * @throws what SQLite throws: a damaged file, a full disk, another writer.
 */
export async function openDatabase(file: string, atPoint: AtPoint = noFault): Promise<Database> {
  // Made first, so that it and the files SQLite puts beside it are the owner's alone.
  if (file !== inMemory) closeSync(openSync(file, 'a', 0o600));
  const db = await load(file, {});
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma('busy_timeout = 5000');
  db.pragma('wal_autocheckpoint = 2000');
  migrate(db, file, atPoint);
  // From here on whoever holds it is not waited for: the whole relay would stand still meanwhile.
  db.pragma('busy_timeout = 250');
  return db;
}

/** Opens it for reading beside a running relay, which it neither disturbs nor waits for. */
export async function openDatabaseToRead(file: string): Promise<Database> {
  const db = await load(file, { readonly: true, fileMustExist: true });
  db.pragma('busy_timeout = 5000');
  return db;
}

/** Opens a copy that is used by nobody else, and makes it one file, with no log beside it. */
export async function openCopy(file: string): Promise<Database> {
  const db = await load(file, { fileMustExist: true });
  db.pragma('journal_mode = DELETE');
  return db;
}

async function load(file: string, options: Options): Promise<Database> {
  const problem = whyNoDatabase();
  if (problem) throw new Error(problem);
  const { default: BetterSqlite } = await import('better-sqlite3');
  return new BetterSqlite(file, options);
}

function migrate(db: Database, file: string, atPoint: AtPoint): void {
  // user_version is a 32-bit integer that SQLite keeps for just this.
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > migrations.length) {
    throw new Error(
      `The database was written by a newer Relay (schema ${version}, this one knows ${migrations.length}). Update Relay, or set RELAY_HOME to another folder.`,
    );
  }
  if (version === migrations.length) return;
  if (version > 0) backUp(db, file, version);
  atPoint('migration.backed-up');
  db.transaction(() => {
    for (const sql of migrations.slice(version)) db.exec(sql);
    db.pragma(`user_version = ${migrations.length}`);
    atPoint('migration.stepped');
  })();
  atPoint('migration.committed');
}

/** Keeps the last three, named by the schema they hold. */
function backUp(db: Database, file: string, version: number): void {
  db.pragma('wal_checkpoint(TRUNCATE)');
  copyFileSync(file, `${file}.backup-${version}`);
  const folder = path.dirname(file);
  const prefix = `${path.basename(file)}.backup-`;
  const backups = readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .sort((a, b) => Number(b.slice(prefix.length)) - Number(a.slice(prefix.length)));
  for (const old of backups.slice(3)) rmSync(path.join(folder, old));
}

export const databaseExists = (file: string): boolean => existsSync(file);
