import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import type { Database } from './database.ts';
import type { DatabaseFile } from './database-file.ts';
import { readyFile } from './restore.ts';

/** One that is only moved about comes back within this many looks. */
const patienceLooks = 3;

/**
 * Looks, once a second, after the files of the open database. Where they were deleted, everything is
 * still there as long as the process holds them: it is written to a new file, which the next opening
 * puts in their place (`finishRestore`).
 * @returns called at each look, with what is still to be written to the old one before it is given up;
 *   true once the new file is ready, and nothing more is written to the old.
 * @throws DiskFault while there is something the owner should know
 */
export function createRescue(
  db: Database,
  database: string,
  file: DatabaseFile,
): (lastWrites: () => void) => boolean {
  let looks = 0;
  let isDone = false;
  return (lastWrites) => {
    if (isDone) return false;
    looks = file.look().kind === 'gone' ? looks + 1 : 0;
    if (looks > patienceLooks) {
      file.giveUp(lastWrites);
      writeAnew(db, database);
      isDone = true;
      return true;
    }
    file.check();
    return false;
  };
}

function writeAnew(db: Database, database: string): void {
  const unfinished = `${database}.rescued`;
  rmSync(unfinished, { force: true });
  closeSync(openSync(unfinished, 'w', 0o600));
  db.prepare('VACUUM INTO ?').run(unfinished);
  const fd = openSync(unfinished, 'r+');
  fsyncSync(fd);
  closeSync(fd);
  renameSync(unfinished, readyFile(database));
}
