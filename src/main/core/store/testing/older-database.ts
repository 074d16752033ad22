import { renameSync, rmSync } from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import { migrations } from '../migrations.ts';

/** The last schema after which the read models are made anew when a newer relay opens it. */
const olderVersion = migrations.findIndex((sql) => sql.includes('INSERT INTO read_models_due'));

/**
 * Puts a database in the place of the one in `file` as an older relay would have left it: the same
 * events, an older schema, empty read models. Nobody may have it open.
 */
export function makeOlder(file: string): void {
  const older = `${file}.older`;
  const db = new BetterSqlite(file);
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.prepare('ATTACH ? AS older').run(older);
    const made = new BetterSqlite(older);
    for (const sql of migrations.slice(0, olderVersion)) made.exec(sql);
    made.pragma(`user_version = ${olderVersion}`);
    made.close();
    db.exec('INSERT INTO older.events SELECT * FROM events ORDER BY seq');
  } finally {
    db.close();
  }
  for (const beside of ['-wal', '-shm']) rmSync(`${file}${beside}`, { force: true });
  renameSync(older, file);
}
