import { DiskFault } from '../disk-fault.ts';

/** Why something could not be written, by the codes of SQLite and of the system. */
const sentences: readonly (readonly [RegExp, (place: string) => string])[] = [
  [
    /^(?:SQLITE_FULL|ENOSPC|EDQUOT)$/,
    () => 'The disk is full. Make room; Relay then goes on by itself, and nothing is lost.',
  ],
  [
    /^(?:SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|EACCES|EPERM)/,
    (place) =>
      `Relay may not write in its home (${place}). Give it the right to; it then goes on by itself.`,
  ],
  [
    /^EROFS/,
    (place) =>
      `The disk of Relay's home is read-only (${place}). Let it be written to; Relay then goes on by itself.`,
  ],
  [
    /^SQLITE_(?:BUSY|LOCKED)/,
    () => 'Another program holds the database (relay.db). Close it; Relay then goes on by itself.',
  ],
  [
    /^SQLITE_(?:CORRUPT|NOTADB)/,
    () =>
      'The database (relay.db) is damaged, and nothing more is written to it. Stop Relay and run: relay restore',
  ],
  [
    /^(?:SQLITE_IOERR|EIO)/,
    () => 'The disk fails to read or write. Check it; Relay goes on trying, and nothing is lost.',
  ],
  [
    /^(?:ENOTDIR|ELOOP|EISDIR|EEXIST|ENOTEMPTY)$/,
    (place) =>
      `Something lies in Relay's home that should not be there (${place}). Move it away; Relay then goes on by itself.`,
  ],
];

/** For the owner: the fact, then what to do; undefined for an error that is no fault of the disk. */
export function writeFaultSentence(error: unknown): string | undefined {
  if (error instanceof DiskFault) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const sentence = sentences.find(([pattern]) => pattern.test(code))?.[1];
  return sentence?.(placeOf(error, code));
}

/** Where, as far as the error says it. */
function placeOf(error: unknown, code: string): string {
  if (code.startsWith('SQLITE')) return 'relay.db';
  return error instanceof Error && 'path' in error ? String(error.path) : 'one of its files';
}
