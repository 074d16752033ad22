import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import type { Chance } from '../chance.ts';

/** Something that happens to what the database holds. */
export interface Damage {
  name: string;
  /** While a relay has it open; it must say so at once, or may. Otherwise while none runs. */
  atWork?: 'says' | 'may say';
  /** Killed rather than stopped: the last commits stand in the log. */
  isKilled: boolean;
  hasBackup: boolean;
  /** The start must refuse: SQLite can see it, or nothing is there. */
  isSeen: boolean;
  do(database: string, chance: Chance): void;
}

/** Bytes that are no text and no page. */
function overwrite(file: string, at: number, length: number): void {
  const fd = openSync(file, 'r+');
  const size = Math.max(0, Math.min(length, fstatSync(fd).size - at));
  writeSync(fd, Buffer.alloc(size, 0xa5), 0, size, at);
  closeSync(fd);
}

const pageBytes = 4096;
const stopped = { isKilled: false, hasBackup: false, isSeen: true };

export const damages: readonly Damage[] = [
  { name: 'header overwritten', ...stopped, do: (file) => overwrite(file, 0, 100) },
  { name: 'schema overwritten', ...stopped, do: (file) => overwrite(file, 100, 3996) },
  {
    name: 'root of the events overwritten',
    ...stopped,
    do: (file) => overwrite(file, pageBytes, pageBytes),
  },
  {
    name: 'ten spots overwritten',
    ...stopped,
    hasBackup: true,
    do(file, chance) {
      overwrite(file, 0, 16);
      const { size } = statSync(file);
      for (let n = 0; n < 10; n += 1)
        overwrite(file, chance.whole(0, size - 300), chance.whole(1, 300));
    },
  },
  {
    name: 'spots overwritten at work',
    ...stopped,
    atWork: 'may say',
    isSeen: false,
    do(file, chance) {
      // What stands in the log is copied over the other as it is; most of it is of no use any more.
      for (const [one, spots] of [[file, 10] as const, [`${file}-wal`, 100] as const]) {
        const { size } = statSync(one);
        for (let n = 0; n < spots; n += 1)
          overwrite(one, chance.whole(0, size - 300), chance.whole(1, 300));
      }
    },
  },
  {
    name: 'cut to a third at work',
    ...stopped,
    atWork: 'says',
    isSeen: false,
    hasBackup: true,
    do: (file) => truncateSync(file, Math.floor(statSync(file).size / 3)),
  },
  {
    name: 'a page of zeros in the middle',
    ...stopped,
    isSeen: false,
    hasBackup: true,
    do(file, chance) {
      const pages = Math.floor(statSync(file).size / pageBytes);
      const fd = openSync(file, 'r+');
      writeSync(fd, Buffer.alloc(pageBytes), 0, pageBytes, chance.whole(2, pages - 1) * pageBytes);
      closeSync(fd);
    },
  },
  {
    name: 'cut to a third',
    ...stopped,
    hasBackup: true,
    do: (file) => truncateSync(file, Math.floor(statSync(file).size / 3)),
  },
  { name: 'cut to nothing', ...stopped, hasBackup: true, do: (file) => truncateSync(file, 0) },
  { name: 'deleted', ...stopped, hasBackup: true, do: (file) => rmSync(file) },
  {
    name: 'killed, header and log overwritten',
    ...stopped,
    isKilled: true,
    do(file, chance) {
      overwrite(file, 0, 100);
      const log = `${file}-wal`;
      if (!existsSync(log)) return;
      const frame = pageBytes + 24;
      const frames = Math.floor((statSync(log).size - 32) / frame);
      if (frames > 2) overwrite(log, 32 + chance.whole(0, frames - 1) * frame + 100, 2000);
    },
    isSeen: false,
  },
  {
    name: 'killed, replaced by a text',
    ...stopped,
    isKilled: true,
    hasBackup: true,
    do(file) {
      copyFileSync('/dev/null', file);
      writeText(file);
      rmSync(`${file}-wal`, { force: true });
    },
  },
];

function writeText(file: string): void {
  const fd = openSync(file, 'w');
  writeSync(fd, 'This was a database once. '.repeat(400));
  closeSync(fd);
}
