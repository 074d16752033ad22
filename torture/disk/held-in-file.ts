import { existsSync, readFileSync } from 'node:fs';
import { openDatabaseToRead } from '#core/store/database.ts';

/** Values of a row of `events`, in the order of its columns, the number of the row first. */
export type StoredRow = readonly (string | bigint | null)[];

/** Every row as SQLite gives it. */
export async function storedRows(database: string): Promise<Map<number, StoredRow>> {
  const db = await openDatabaseToRead(database);
  try {
    const rows = db.prepare('SELECT * FROM events').safeIntegers().raw().all();
    // The columns are integers and texts, all integers read as big ones.
    return new Map((rows as StoredRow[]).map((row) => [Number(row[0]), row]));
  } finally {
    db.close();
  }
}

/**
 * Which events stand whole in what is left of a database: their bytes as SQLite stores them, in one
 * piece. Written from the file format (https://www.sqlite.org/fileformat2.html, 1.6 and 2.1), it
 * shares no code with Relay. Those that need more than one page are not told.
 */
export function whoseBytesAreHeld(database: string): (row: StoredRow) => boolean {
  const files = [database, `${database}-wal`].filter((file) => existsSync(file));
  const bytes = files.map((file) => readFileSync(file));
  return (row) => {
    const cell = cellOf(row);
    return cell !== undefined && bytes.some((held) => held.includes(cell));
  };
}

/** What a page of this size keeps of a row without another page. */
const mostInOnePage = 4096 - 35;

function cellOf([seq, ...values]: StoredRow): Buffer | undefined {
  // The number of the row stands before the record, in which its column is empty.
  const columns = [null, ...values].map(stored);
  const types = Buffer.concat(columns.map(({ type }) => varint(type)));
  const header = Buffer.concat([varint(types.length + 1), types]);
  const record = Buffer.concat([header, ...columns.map(({ bytes }) => bytes)]);
  if (record.length > mostInOnePage) return undefined;
  return Buffer.concat([varint(record.length), varint(Number(seq)), record]);
}

function stored(value: string | bigint | null | undefined): { type: number; bytes: Buffer } {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return { type: 13 + 2 * bytes.length, bytes };
  }
  if (typeof value !== 'bigint') return { type: 0, bytes: Buffer.alloc(0) };
  if (value === 0n || value === 1n) return { type: 8 + Number(value), bytes: Buffer.alloc(0) };
  // Of this many bytes are the types 1 to 6.
  const sizes = [1, 2, 3, 4, 6, 8];
  const size = sizes.find((one) => BigInt.asIntN(8 * one, value) === value) ?? 8;
  const whole = Buffer.alloc(8);
  whole.writeBigInt64BE(value);
  return { type: sizes.indexOf(size) + 1, bytes: whole.subarray(8 - size) };
}

/** Seven bits a byte, the highest set in all but the last; as long as 35 bits are enough. */
function varint(value: number): Buffer {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift(128 + (rest % 128));
  }
  return Buffer.from(bytes);
}
