import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * The pages of a database file that SQLite itself may refuse to open, read by the file format alone
 * (https://www.sqlite.org/fileformat2.html): those of the file, and over them those of its log.
 */
export interface Pages {
  /** Bytes of a page that hold data. */
  usableBytes: number;
  /** As it is now: from the log where it is there. undefined: there is no such page. */
  page(number: number): Buffer | undefined;
  /** Every page that was ever committed and is still in one of the files, older ones first. */
  all(): Generator<Buffer>;
  close(): void;
}

const usualPageBytes = 4096;
const logHeaderBytes = 32;
const frameHeaderBytes = 24;

interface OpenFile {
  read(at: number, length: number): Buffer;
  sizeBytes: number;
  close(): void;
}

/** @param log the file with `-wal` at its end; may be missing */
export function openPages(file: string, log: string): Pages {
  const database = openFile(file);
  const journal = openFile(log);
  const header = database?.read(0, 100) ?? Buffer.alloc(0);
  const pageBytes = pageBytesOf(header);
  const reserved = header.length === 100 ? (header[20] ?? 0) : 0;
  const pageCount = database ? Math.ceil(database.sizeBytes / pageBytes) : 0;
  const { frames, damaged } = committedFrames(journal, pageBytes);
  const newest = new Map(frames.map((frame) => [frame.pageNumber, frame]));
  const fromFile = (number: number) => database?.read((number - 1) * pageBytes, pageBytes);
  const fromLog = ({ at }: Frame) => journal?.read(at, pageBytes);

  return {
    usableBytes: pageBytes - (reserved <= 32 ? reserved : 0),
    page(number) {
      const frame = newest.get(number);
      const found = frame ? fromLog(frame) : number <= pageCount ? fromFile(number) : undefined;
      return found?.length === pageBytes ? found : undefined;
    },
    *all() {
      for (let number = 1; number <= pageCount; number += 1) yield fromFile(number) ?? noBytes;
      for (const frame of frames) yield fromLog(frame) ?? noBytes;
      // Last, so that whatever is elsewhere, too, is not taken from these.
      for (const frame of damaged) yield fromLog(frame) ?? noBytes;
    },
    close() {
      database?.close();
      journal?.close();
    },
  };
}

const noBytes = Buffer.alloc(0);

interface Frame {
  pageNumber: number;
  /** Where its page begins in the log. */
  at: number;
}

interface Frames {
  /** Their content is what was written. */
  frames: Frame[];
  /** It is not. */
  damaged: Frame[];
  /** A whole commit stands behind one of these. */
  isHiding: boolean;
}

const nothing = (): Pick<Frames, 'frames' | 'damaged'> => ({ frames: [], damaged: [] });

/**
 * Whether commits stand in a log behind a frame that is damaged: SQLite takes that for the end of
 * the log, and would go on without them and without a word. The death of a process leaves no such log.
 */
export function hidesCommits(log: string): boolean {
  const journal = openFile(log);
  if (!journal) return false;
  try {
    // A log says itself how large its pages are.
    const said = journal.read(8, 4);
    return said.length === 4 && committedFrames(journal, said.readUInt32BE(0)).isHiding;
  } finally {
    journal.close();
  }
}

/**
 * The frames up to the last commit. SQLite gives up at the first that is damaged; here only that one
 * is set apart, since each carries the sum of the one before.
 */
function committedFrames(log: OpenFile | undefined, pageBytes: number): Frames {
  const header = log?.read(0, logHeaderBytes);
  const found: Frames = { ...nothing(), isHiding: false };
  if (!log || !header || header.length < logHeaderBytes || !isPageSize(pageBytes)) return found;
  const isBigEndian = header.readUInt32BE(0) % 2 === 1;
  const salts = header.subarray(16, 24);
  let sums: Sums = [header.readUInt32BE(24), header.readUInt32BE(28)];
  let pending = nothing();
  const frameBytes = frameHeaderBytes + pageBytes;
  for (let at = logHeaderBytes; at + frameBytes <= log.sizeBytes; at += frameBytes) {
    const frame = log.read(at, frameBytes);
    // What is left of an earlier round of the log.
    if (!frame.subarray(8, 16).equals(salts)) break;
    const claimed: Sums = [frame.readUInt32BE(16), frame.readUInt32BE(20)];
    const reckoned = sumOf(frame.subarray(frameHeaderBytes), isBigEndian, [
      ...sumOf(frame.subarray(0, 8), isBigEndian, sums),
    ]);
    const isWhole = reckoned[0] === claimed[0] && reckoned[1] === claimed[1];
    pending[isWhole ? 'frames' : 'damaged'].push({
      pageNumber: frame.readUInt32BE(0),
      at: at + frameHeaderBytes,
    });
    sums = claimed;
    const isCommit = frame.readUInt32BE(4) !== 0;
    if (!isCommit) continue;
    found.frames.push(...pending.frames);
    found.damaged.push(...pending.damaged);
    found.isHiding ||= isWhole && found.damaged.length > 0;
    pending = nothing();
  }
  return found;
}

type Sums = [number, number];

function sumOf(bytes: Buffer, isBigEndian: boolean, from: Sums): Sums {
  let [first, second] = from;
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const one = isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    const two = isBigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4);
    first = (first + one + second) >>> 0;
    second = (second + two + first) >>> 0;
  }
  return [first, second];
}

/** A power of two of 512 to 65536; anything else is damage, and Relay makes databases of 4096. */
function pageBytesOf(header: Buffer): number {
  if (header.length < 18) return usualPageBytes;
  const said = header.readUInt16BE(16);
  const pageBytes = said === 1 ? 65_536 : said;
  return isPageSize(pageBytes) ? pageBytes : usualPageBytes;
}

const isPageSize = (bytes: number): boolean =>
  bytes >= 512 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0;

function openFile(path: string): OpenFile | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return {
    sizeBytes: fstatSync(fd).size,
    read(at, length) {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, at));
    },
    close: () => closeSync(fd),
  };
}
