import { createHash } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { largestEnvelopeBytes } from './envelope.ts';

export interface QueueFile {
  name: string;
  mtimeNs: bigint;
  sizeBytes: bigint;
}

/**
 * The envelopes that lie in the queue, oldest first by modification time, then by name. Hidden files
 * and other endings are somebody's unfinished work and left alone.
 */
export function listQueue(queue: string): QueueFile[] {
  return readdirSync(queue)
    .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    .flatMap((name) => {
      const found = lstat(path.join(queue, name));
      return found ? [{ name, mtimeNs: found.mtimeNs, sizeBytes: found.size }] : [];
    })
    .sort((a, b) =>
      a.mtimeNs === b.mtimeNs ? (a.name < b.name ? -1 : 1) : a.mtimeNs < b.mtimeNs ? -1 : 1,
    );
}

export type QueueRead =
  | { ok: true; bytes: Uint8Array; fileKey: string }
  | { ok: false; reason: string }
  /** Somebody took it away meanwhile. */
  | { ok: false; gone: true };

/** Reads one file without following links, waiting on pipes or reading more than is allowed. */
export function readQueueFile(queue: string, name: string): QueueRead {
  const file = path.join(queue, name);
  const before = lstat(file);
  if (!before) return { ok: false, gone: true };
  const unfit = unfitness(before);
  if (unfit) return { ok: false, reason: unfit };
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { ok: false, gone: true };
    if (code === 'ELOOP') return { ok: false, reason: 'It is a symbolic link.' };
    if (code === 'EACCES' || code === 'EPERM') {
      return { ok: false, reason: `It could not be read (${code}).` };
    }
    // Too many open files, a disk that fails: no fault of this envelope.
    throw error;
  }
  try {
    const stats = fstatSync(fd, { bigint: true });
    const changed = unfitness(stats);
    if (changed) return { ok: false, reason: changed };
    const bytes = readAtMost(fd, largestEnvelopeBytes + 1);
    if (bytes.length > largestEnvelopeBytes) return { ok: false, reason: tooLarge };
    return { ok: true, bytes, fileKey: fileKeyOf(name, stats, bytes) };
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

/**
 * Moves what cannot be accepted to `.rejected/`, unchanged, with the reason beside it.
 * @returns the name it is kept under, or undefined when somebody took it away meanwhile.
 */
export function moveToRejected(queue: string, name: string, reason: string): string | undefined {
  const folder = path.join(queue, '.rejected');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keptAs = freeName(folder, name);
  writeFileSync(path.join(folder, `${keptAs}.reason.txt`), `${reason}\n`, { mode: 0o600 });
  try {
    renameSync(path.join(queue, name), path.join(folder, keptAs));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return keptAs;
}

function freeName(folder: string, name: string): string {
  const stem = shortened(name.slice(0, -'.json'.length));
  let candidate = `${stem}.json`;
  for (let n = 2; isTaken(folder, candidate); n += 1) candidate = `${stem}.${n}.json`;
  return candidate;
}

/** File systems take names of 255 bytes, and the reason's is longer than the envelope's own. */
const longestNameBytes = 255;
const roomForEndings = '.99999.json.reason.txt'.length;

function shortened(stem: string): string {
  let kept = stem;
  while (Buffer.byteLength(kept) > longestNameBytes - roomForEndings) {
    kept = kept.slice(0, -1);
  }
  return kept.toWellFormed();
}

const isTaken = (folder: string, name: string): boolean =>
  existsSync(path.join(folder, `${name}.reason.txt`)) ||
  lstat(path.join(folder, name)) !== undefined;

function lstat(file: string): BigIntStats | undefined {
  return lstatSync(file, { bigint: true, throwIfNoEntry: false });
}
