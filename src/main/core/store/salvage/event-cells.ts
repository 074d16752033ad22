import { isUtf8 } from 'node:buffer';

/** A row of the table `events` as it stands in a page. */
export interface SalvagedRow {
  seq: number;
  id: string;
  tsNs: bigint;
  type: string;
  sessionId: string | null;
  conversationId: string | null;
  exchangeId: string | null;
  toolUseId: string | null;
  payload: string;
  tokens: number;
}

export interface PageReader {
  usableBytes: number;
  page(number: number): Buffer | undefined;
}

/**
 * What every row of `events` has in the header of its record: the sequence number is kept outside
 * (0), the id is text of 36 bytes (85), the time an integer of 8 bytes (6).
 */
const rowMark = Buffer.from([0x00, 0x55, 0x06]);
/** An entry of the index of ids: a header of 3 bytes, the id; then the number of the row. */
const indexMark = Buffer.from([0x03, 0x55]);
/** In `sqlite_sequence`: a header of 3 bytes, text of 6 bytes. */
const sequenceMark = Buffer.from([0x03, 0x19]);
const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/**
 * Every event that a page holds, whatever has become of the page's own order: found by what a record
 * looks like, and taken only where all of it fits. What the page does not list is an older copy, whose
 * end may be written over: of that the tokens are not believed.
 */
export function* eventsIn(page: Buffer, pages: PageReader): Generator<SalvagedRow> {
  const listed = new Set(cellsOf(page, [leafOfTable]));
  for (let at = page.indexOf(rowMark); at !== -1; at = page.indexOf(rowMark, at + 1)) {
    const found = rowAt(page, at - 1, pages);
    if (found) yield listed.has(found.at) ? found.row : { ...found.row, tokens: 0 };
  }
}

/** Numbers of events that there were, whether or not their rows can still be read. `isLast`: the last
 * that was given when the page was written. */
export function* numbersIn(page: Buffer): Generator<{ seq: number; isLast: boolean }> {
  for (const cell of cellsOf(page, [leafOfIndex, interiorOfIndex])) {
    const at = page.indexOf(indexMark, cell);
    // After the length, and in an inner page after the number of another.
    if (at === -1 || at > cell + 5) continue;
    const size = integerBytes(page[at + 2] ?? 0);
    if (size === undefined || at + 39 + size > page.length) continue;
    if (!uuid.test(page.toString('latin1', at + 3, at + 39))) continue;
    yield { seq: integerAt(page, at + 39, size), isLast: false };
  }
  for (const cell of cellsOf(page, [leafOfTable])) {
    const at = page.indexOf(sequenceMark, cell);
    if (at === -1 || at > cell + 2) continue;
    const size = integerBytes(page[at + 2] ?? 0);
    if (size === undefined || page.toString('latin1', at + 3, at + 9) !== 'events') continue;
    if (at + 9 + size > page.length) continue;
    yield { seq: integerAt(page, at + 9, size), isLast: true };
  }
}

const leafOfTable = 0x0d;
const leafOfIndex = 0x0a;
const interiorOfIndex = 0x02;

/** Where the cells begin that a page of one of these kinds lists; none for any other. */
function cellsOf(page: Buffer, kinds: readonly number[]): number[] {
  const kind = page[0] ?? 0;
  if (!kinds.includes(kind)) return [];
  const first = kind === interiorOfIndex ? 12 : 8;
  const count = Math.min(page.readUInt16BE(3), Math.floor((page.length - first) / 2));
  return Array.from({ length: count }, (_, index) => page.readUInt16BE(first + 2 * index));
}

function rowAt(
  page: Buffer,
  headerAt: number,
  pages: PageReader,
): { row: SalvagedRow; at: number } | undefined {
  const number = varintBefore(page, headerAt);
  const types = typesAt(page, headerAt);
  if (!number || types?.length !== 10) return undefined;
  const sizes = types.map(bytesOf);
  const headerBytes = page[headerAt] ?? 0;
  const total = sizes.reduce((sum, size) => sum + size, headerBytes);
  const length = asVarint(total);
  const cellAt = number.at - length.length;
  if (cellAt < 0 || !page.subarray(cellAt, number.at).equals(length)) return undefined;
  const record = wholeRecord(page, headerAt, total, pages);
  if (!record) return undefined;
  const at = sizes.map((_, index) =>
    sizes.slice(0, index).reduce((sum, size) => sum + size, headerBytes),
  );
  let isText = true;
  const text = (index: number) => {
    const bytes = record.subarray(at[index], (at[index] ?? 0) + (sizes[index] ?? 0));
    isText &&= isUtf8(bytes);
    return bytes.toString('utf8');
  };
  const textOrNull = (index: number) => (types[index] === 0 ? null : text(index));
  const row: SalvagedRow = {
    ...{ seq: number.value, id: text(1), tsNs: record.readBigInt64BE(at[2]), type: text(3) },
    ...{ sessionId: textOrNull(4), conversationId: textOrNull(5), exchangeId: textOrNull(6) },
    ...{ toolUseId: textOrNull(7), payload: text(8) },
    tokens: tokensOf(record, at[9] ?? 0, types[9] ?? 0),
  };
  return isText && isEvent(row) ? { row, at: cellAt } : undefined;
}

function isEvent({ seq, id, type, payload }: SalvagedRow): boolean {
  if (!Number.isSafeInteger(seq) || seq < 1 || !uuid.test(id)) return false;
  if (!/^[a-z_]+(?:\.[a-z_]+)?$/.test(type)) return false;
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

/** The record with what of it lies on overflow pages; undefined where that cannot be read. */
function wholeRecord(
  page: Buffer,
  at: number,
  total: number,
  { usableBytes, page: pageOf }: PageReader,
): Buffer | undefined {
  const local = localBytes(total, usableBytes);
  if (at + local > page.length) return undefined;
  const parts = [page.subarray(at, at + local)];
  let left = total - local;
  let next = left > 0 && at + local + 4 <= page.length ? page.readUInt32BE(at + local) : 0;
  while (left > 0) {
    const overflow = next === 0 ? undefined : pageOf(next);
    if (!overflow) return undefined;
    const size = Math.min(left, usableBytes - 4);
    parts.push(overflow.subarray(4, 4 + size));
    left -= size;
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

/** How much of a record stands in the page itself. */
function localBytes(total: number, usable: number): number {
  const most = usable - 35;
  if (total <= most) return total;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const fitting = least + ((total - least) % (usable - 4));
  return fitting <= most ? fitting : least;
}

/** The types of the columns, as the header of a record lists them. */
function typesAt(page: Buffer, headerAt: number): number[] | undefined {
  const end = headerAt + (page[headerAt] ?? 0);
  if (end > page.length || end <= headerAt) return undefined;
  const types: number[] = [];
  for (let at = headerAt + 1; at < end; ) {
    const found = varintAt(page, at);
    types.push(found.value);
    at = found.end;
    if (at > end || types.length > 10) return undefined;
  }
  const isText = (type: number | undefined) => type !== undefined && type >= 13 && type % 2 === 1;
  if (!isText(types[3]) || !isText(types[8])) return undefined;
  for (const type of types.slice(4, 8)) if (type !== 0 && !isText(type)) return undefined;
  return integerBytes(types[9] ?? -1) === undefined ? undefined : types;
}

function bytesOf(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2);
  return integerBytes(type) ?? 0;
}

/** Bytes of an integer of this type; 8 and 9 are the constants 0 and 1. undefined: no integer. */
function integerBytes(type: number): number | undefined {
  return [undefined, 1, 2, 3, 4, 6, 8, undefined, 0, 0][type];
}

function integerAt(bytes: Buffer, at: number, size: number): number {
  return size === 8 ? Number(bytes.readBigInt64BE(at)) : size === 0 ? 0 : bytes.readIntBE(at, size);
}

function tokensOf(record: Buffer, at: number, type: number): number {
  if (type === 9) return 1;
  return integerAt(record, at, integerBytes(type) ?? 0);
}

function varintAt(bytes: Buffer, at: number): { value: number; end: number } {
  let value = 0;
  for (let index = at; index < Math.min(at + 8, bytes.length); index += 1) {
    const byte = bytes[index] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: index + 1 };
  }
  // Longer than any that Relay makes; it fits nothing.
  return { value: Number.MAX_SAFE_INTEGER, end: at + 9 };
}

function asVarint(value: number): Buffer {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift((rest % 128) | 0x80);
  }
  return Buffer.from(bytes);
}

/** The number that ends right before `end`: its last byte is below 128, all others are not. */
function varintBefore(bytes: Buffer, end: number): { value: number; at: number } | undefined {
  let at = end - 1;
  if (at < 0 || (bytes[at] ?? 0x80) >= 0x80) return undefined;
  while (at > 0 && (bytes[at - 1] ?? 0) >= 0x80 && end - at < 8) at -= 1;
  return { value: varintAt(bytes, at).value, at };
}
