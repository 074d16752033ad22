import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

/** A copy of the database that Relay made. */
export interface BackupFile {
  file: string;
  /** Epoch milliseconds. */
  madeAt: number;
  sizeBytes: number;
}

/** `relay-2026-11-21T12-40-00.db`, in the order of their names the order of their making. */
const backupName = /^relay-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)\.db$/;

export function nameOfBackup(at: number): string {
  return `relay-${new Date(at).toISOString().slice(0, 19).replaceAll(':', '-')}.db`;
}

/** The newest first; none where there is no such folder. */
export function listBackups(folder: string): BackupFile[] {
  return namesIn(folder)
    .filter((name) => backupName.test(name))
    .sort()
    .reverse()
    .map((name) => {
      const file = path.join(folder, name);
      const iso = name.replace(backupName, '$1T$2:$3:$4Z');
      return { file, madeAt: Date.parse(iso), sizeBytes: statSync(file).size };
    });
}

/** Removes what is over: more than `keep`, and the oldest while all of them hold too much. */
export function thinBackups(folder: string, keep: number, mostBytes: number): void {
  let held = 0;
  for (const [index, { file, sizeBytes }] of listBackups(folder).entries()) {
    held += sizeBytes;
    if (index > 0 && (index >= keep || held > mostBytes)) rmSync(file, { force: true });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // A file in its place is said by whoever wants to write there.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
