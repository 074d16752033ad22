import { createHash } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
} from 'node:fs';
import path from 'node:path';
import { largestEnvelopeBytes } from './envelope.ts';

export interface QueueFile {
  /** As it is told and recorded. A name need not be text: what is none is U+FFFD here. */
  name: string;
  /** Its path, byte for byte. */
  place: Buffer;
  mtimeNs: bigint;
  sizeBytes: bigint;
}

/**
 * The envelopes that lie in the queue, oldest first by modification time, then by name, byte for
 * byte. Hidden files and other endings are somebody's unfinished work and left alone.
 */
export function listQueue(queue: string): QueueFile[] {
  const folder = Buffer.from(`${queue}${path.sep}`);
  return readdirSync(queue, { encoding: 'buffer' })
    .flatMap((bytes) => {
      const name = bytes.toString('utf8');
      if (!name.endsWith('.json') || name.startsWith('.')) return [];
      const place = Buffer.concat([folder, bytes]);
      const found = lstat(place);
      return found ? [{ name, place, mtimeNs: found.mtimeNs, sizeBytes: found.size }] : [];
    })
    .sort((a, b) =>
      a.mtimeNs === b.mtimeNs ? Buffer.compare(a.place, b.place) : a.mtimeNs < b.mtimeNs ? -1 : 1,
    );
}

/** What a file was when it was judged, by which any other in its place is told from it. */
export type Seen = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs'>;

export type QueueRead =
  | { ok: true; bytes: Uint8Array; fileKey: string; seen: Seen }
  | { ok: false; reason: string; seen: Seen }
  /** Somebody took it away meanwhile. */
  | { ok: false; gone: true }
  /** Somebody writes into it just now: it has to be looked at again. */
  | { ok: false; changing: true };

/** Reads one file without following links, waiting on pipes or reading more than is allowed. */
export function readQueueFile({ name, place }: Pick<QueueFile, 'name' | 'place'>): QueueRead {
  const before = lstat(place);
  if (!before) return { ok: false, gone: true };
  const unfit = unfitness(before);
  if (unfit) return { ok: false, reason: unfit, seen: before };
  let fd: number;
  try {
    fd = openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { ok: false, gone: true };
    if (code === 'ELOOP') return { ok: false, reason: 'It is a symbolic link.', seen: before };
    if (code === 'EACCES' || code === 'EPERM') {
      return { ok: false, reason: `It could not be read (${code}).`, seen: before };
    }
    // Too many open files, a disk that fails: no fault of this envelope.
    throw error;
  }
  try {
    const stats = fstatSync(fd, { bigint: true });
    const changed = unfitness(stats);
    if (changed) return { ok: false, reason: changed, seen: stats };
    const bytes = readAtMost(fd, largestEnvelopeBytes + 1);
    if (bytes.length > largestEnvelopeBytes) return { ok: false, reason: tooLarge, seen: stats };
    // Written into meanwhile: what was read and what lies there would be taken as two.
    const after = fstatSync(fd, { bigint: true });
    if (after.ctimeNs !== stats.ctimeNs || after.size !== BigInt(bytes.length)) {
      return { ok: false, changing: true };
    }
    return { ok: true, bytes, fileKey: fileKeyOf(name, stats, bytes), seen: stats };
  } finally {
    closeSync(fd);
  }
}

const tooLarge = 'It is larger than 8 MiB.';

function unfitness(stats: BigIntStats): string | undefined {
  if (stats.isSymbolicLink()) return 'It is a symbolic link.';
  if (!stats.isFile()) return 'It is not a regular file.';
  if (stats.size > BigInt(largestEnvelopeBytes)) return tooLarge;
  return undefined;
}

function readAtMost(fd: number, atMostBytes: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  while (total < atMostBytes) {
    const chunk = new Uint8Array(Math.min(65_536, atMostBytes - total));
    const count = readSync(fd, chunk, 0, chunk.length, null);
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
    total += count;
  }
  return Buffer.concat(chunks);
}

/**
 * The very same file gives the same key after a restart, any other file another: also one of the
 * same name, time and content in a reused inode, since nobody can set its change time.
 */
function fileKeyOf(name: string, stats: BigIntStats, bytes: Uint8Array): string {
  return createHash('sha256')
    .update(`${name}\0${stats.dev}\0${stats.ino}\0${stats.mtimeNs}\0${stats.ctimeNs}\0`)
    .update(bytes)
    .digest('base64url');
}

function lstat(file: Buffer): BigIntStats | undefined {
  return lstatSync(file, { bigint: true, throwIfNoEntry: false });
}
