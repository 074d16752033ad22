import { type Stats, statSync } from 'node:fs';
import { DiskFault } from '../disk-fault.ts';
import { homeGone } from '../own-folder.ts';

/** What may have become of the database's files while they are open. */
export type FileState =
  | { kind: 'whole' }
  /** Its file, or the log that holds its last commits, is not in the home any more. */
  | { kind: 'gone'; what: string }
  | { kind: 'replaced' }
  | { kind: 'truncated' }
  | { kind: 'home-gone' };

/**
 * Watches that the open database is still the file in the home. SQLite does not: it goes on writing
 * to a file that was deleted, and everything that is committed there dies with the process.
 */
export interface DatabaseFile {
  look(): FileState;
  /** @throws DiskFault unless it is whole: what is committed now might not last. */
  check(): void;
  /**
   * From now on nothing is whole enough: another file takes its place.
   * @param lastWrites done just before, whatever became of the file: the other is made from this one
   */
  giveUp(lastWrites: () => void): void;
}

/** @param file the database, just opened in WAL mode */
export function watchDatabaseFile(home: { root: string; database: string }): DatabaseFile {
  const { root, database: file } = home;
  const log = `${file}-wal`;
  const opened = statOf(file);
  // It is made with the first transaction, and from then on stays the same file.
  let openedLog = statOf(log);
  let sizeBytes = opened?.size ?? 0;
  let isGivenUp = false;
  let isLastChance = false;

  function look(): FileState {
    const found = isGivenUp ? undefined : statOf(file);
    if (!found) {
      return statOf(root) ? { kind: 'gone', what: 'relay.db' } : { kind: 'home-gone' };
    }
    if (!isSame(found, opened)) return { kind: 'replaced' };
    // Relay never makes it smaller.
    if (found.size < sizeBytes) return { kind: 'truncated' };
    sizeBytes = found.size;
    const foundLog = statOf(log);
    openedLog ??= foundLog;
    return isSame(foundLog, openedLog) ? { kind: 'whole' } : { kind: 'gone', what: 'relay.db-wal' };
  }

  return {
    look,
    check() {
      if (isLastChance) return;
      const state = look();
      if (state.kind !== 'whole') throw faultOf(state, home);
    },
    giveUp(lastWrites) {
      isLastChance = true;
      try {
        lastWrites();
      } finally {
        isLastChance = false;
        isGivenUp = true;
      }
    },
  };
}

function faultOf(
  state: Exclude<FileState, { kind: 'whole' }>,
  { root, database }: { root: string; database: string },
): DiskFault {
  switch (state.kind) {
    case 'home-gone':
      return homeGone(root);
    case 'gone':
      return new DiskFault(
        `The database (${state.what}) was deleted or moved away while Relay runs. Nothing is lost: Relay holds all of it, writes it anew and goes on by itself.`,
      );
    case 'replaced':
      return new DiskFault(
        `Another file was put in the place of ${database} while Relay runs. Put the old one back, and Relay goes on by itself; or start Relay anew to go on with the other.`,
      );
    case 'truncated':
      return new DiskFault(
        'The database (relay.db) was cut off by another program, and nothing more is written to it. Stop Relay and run: relay restore',
      );
  }
}

const statOf = (file: string): Stats | undefined => statSync(file, { throwIfNoEntry: false });

const isSame = (a: Stats | undefined, b: Stats | undefined): boolean =>
  a?.ino === b?.ino && a?.dev === b?.dev;
