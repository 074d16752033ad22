/** Why something could not be written, by the codes of SQLite and of the system. */
const sentences: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:SQLITE_FULL|ENOSPC|EDQUOT)$/,
    'The disk is full. Make room; Relay then goes on by itself, and nothing is lost.',
  ],
  [
    /^(?:SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|EROFS|EACCES|EPERM)/,
    'Relay may not write in its home. Give it the right to; it then goes on by itself.',
  ],
  [
    /^SQLITE_(?:BUSY|LOCKED)/,
    'Another program holds the database (relay.db). Close it; Relay then goes on by itself.',
  ],
  [
    /^SQLITE_(?:CORRUPT|NOTADB)/,
    'The database (relay.db) is damaged. Stop Relay and put back a copy of it.',
  ],
  [
    /^(?:SQLITE_IOERR|EIO)/,
    'The disk fails to read or write. Check it; Relay goes on trying, and nothing is lost.',
  ],
];

/** For the owner: the fact, then what to do; undefined for an error that is no fault of the disk. */
export function writeFaultSentence(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return sentences.find(([pattern]) => pattern.test(code))?.[1];
}
