import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

export interface GrowingLines {
  /**
   * Hands on every line that has become whole since the last time, as far as one piece goes.
   * @returns whether there was anything to read
   * @throws the system's error; also where there is no file
   */
  readOn(onLine: (line: string) => void): boolean;
}

/** So much is read at once. */
const pieceBytes = 8 * 1024 * 1024;

/**
 * The lines of a file that grows.
 * @param tailBytes so much of what is there already is looked at; without it, all
 */
export function followLines(file: string, tailBytes = Number.POSITIVE_INFINITY): GrowingLines {
  let offset: number | undefined;
  let rest = '';
  return {
    readOn(onLine) {
      // The session says where it is: to open a pipe there would wait for a writer for ever.
      const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        const stats = fstatSync(fd);
        if (!stats.isFile()) throw new Error(`${file} is no file`);
        offset ??= Math.max(0, stats.size - tailBytes);
        const bytes = Buffer.alloc(Math.min(pieceBytes, Math.max(0, stats.size - offset)));
        const readBytes = readSync(fd, bytes, 0, bytes.length, offset);
        offset += readBytes;
        // Bytes, so that a character cut at the end of what is there yet comes out whole.
        const lines = (rest + bytes.toString('latin1', 0, readBytes)).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) onLine(Buffer.from(line, 'latin1').toString('utf8'));
        return readBytes > 0;
      } finally {
        closeSync(fd);
      }
    },
  };
}
