import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { systemCode } from './whole-file.ts';

export interface RotatingFile {
  /** Writes one line, ended by its line break; it is on its way to the disk when this returns. */
  write(line: string): void;
  /** The system's code of what keeps it from being written just now. */
  trouble(): string | undefined;
  close(): void;
}

export interface RotatingFileOptions {
  folder: string;
  /** `relay` makes `relay.log`, then `relay.1.log` (the newest old one), `relay.2.log` ... */
  name: string;
  maxSizeBytes: number;
  /** The one being written among them. */
  filesKept: number;
  /** The line that tells, once writing works again, that some were lost before. */
  lostLine: (count: number, code: string) => string;
}

/**
 * A file of lines that begins anew when it is full. It writes synchronously, so that no line is lost
 * at exit or in a crash, and never throws: while the disk is full, lines are lost and counted, and
 * the first that can be written again is preceded by one that says so. A line is whole or not there.
 */
export function openRotatingFile(options: RotatingFileOptions): RotatingFile {
  let open: OpenFile | undefined;
  let lookedAt = 0;
  let lostLines = 0;
  let lostCode = '';

  /** A file that was removed takes lines that nobody will ever read. */
  function letGoIfRemoved(): void {
    const now = performance.now();
    if (!open || now - lookedAt < looksEveryMs) return;
    lookedAt = now;
    const there = statSync(pathOf(options, 0), { throwIfNoEntry: false });
    if (there?.ino !== open.inode) open = closed(open);
  }

  function put(line: string): void {
    letGoIfRemoved();
    open ??= openCurrent(options);
    const bytes = Buffer.from(line);
    if (open.sizeBytes > 0 && open.sizeBytes + bytes.length > options.maxSizeBytes) {
      closeSync(open.descriptor);
      open = undefined;
      rotate(options);
      open = openCurrent(options);
    }
    append(open, bytes);
  }

  return {
    write(line) {
      try {
        if (lostLines > 0) put(options.lostLine(lostLines, lostCode));
        lostLines = 0;
        put(line);
      } catch (error) {
        const code = systemCode(error);
        if (code === undefined) throw error;
        lostLines += 1;
        lostCode = code;
        open = closed(open);
      }
    },
    trouble: () => (lostLines > 0 ? lostCode : undefined),
    close() {
      open = closed(open);
    },
  };
}

const looksEveryMs = 1000;

interface OpenFile {
  descriptor: number;
  inode: number;
  sizeBytes: number;
}

function pathOf({ folder, name }: RotatingFileOptions, number: number): string {
  return join(folder, number === 0 ? `${name}.log` : `${name}.${number}.log`);
}

function openCurrent(options: RotatingFileOptions): OpenFile {
  const descriptor = openOrMakeFolder(options);
  const { size, ino } = fstatSync(descriptor);
  return { descriptor, inode: ino, sizeBytes: size };
}

function openOrMakeFolder(options: RotatingFileOptions): number {
  const file = pathOf(options, 0);
  try {
    return openSync(file, 'a', 0o600);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    mkdirSync(options.folder, { mode: 0o700 });
    return openSync(file, 'a', 0o600);
  }
}

/** The oldest is replaced by the one before it. */
function rotate(options: RotatingFileOptions): void {
  for (let number = options.filesKept - 1; number > 0; number -= 1) {
    try {
      renameSync(pathOf(options, number - 1), pathOf(options, number));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
}

function append(file: OpenFile, bytes: Buffer): void {
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(file.descriptor, bytes, written);
  } catch (error) {
    // What a full disk took of the line would make the next one unreadable.
    if (written > 0) ftruncateSync(file.descriptor, file.sizeBytes);
    throw error;
  }
  file.sizeBytes += bytes.length;
}

function closed(file: OpenFile | undefined): undefined {
  try {
    if (file !== undefined) closeSync(file.descriptor);
  } catch {
    // Some systems only tell here that the disk was full; the descriptor is gone all the same.
  }
}
