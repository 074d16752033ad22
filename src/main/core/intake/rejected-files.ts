import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { keepFolder } from '../own-folder.ts';
import { putBack } from './put-back.ts';
import type { QueueFile, Seen } from './queue-files.ts';
import { isSame } from './taken-files.ts';

const ending = '.json';
const reasonEnding = '.reason.txt';
const folderOf = (queue: string): string => path.join(queue, '.rejected');

/**
 * Moves what cannot be accepted to `.rejected/`, unchanged, with the reason beside it. The reason is
 * there first, so that a relay that dies in between leaves no file without one.
 * @returns the name it is kept under, or undefined when somebody took it away meanwhile, or put
 *   another in its place, which stays in the queue.
 */
export function moveToRejected(
  queue: string,
  { name, place }: Pick<QueueFile, 'name' | 'place'>,
  { seen, reason }: { seen: Seen; reason: string },
): string | undefined {
  const folder = folderOf(queue);
  keepFolder(folder);
  const keptAs = freeName(folder, name);
  const kept = path.join(folder, keptAs);
  writeFileSync(`${kept}${reasonEnding}`, `${reason}\n`, { mode: 0o600 });
  try {
    renameSync(place, kept);
  } catch (error) {
    rmSync(`${kept}${reasonEnding}`, { force: true });
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const moved = lstatSync(kept, { bigint: true });
  if (isSame(moved, seen)) return keptAs;
  putBack(kept, queue, name);
  rmSync(`${kept}${reasonEnding}`, { force: true });
  return undefined;
}

/** What lies in `.rejected/` and was not recorded: the relay died between moving and recording it. */
export function findUnrecorded(
  queue: string,
  recorded: () => ReadonlySet<string>,
): { keptAs: string; reason: string }[] {
  const folder = folderOf(queue);
  if (!existsSync(folder)) return [];
  const names = new Set(readdirSync(folder));
  const kept = [...names].filter((name) => names.has(`${name}${reasonEnding}`));
  if (kept.length === 0) return [];
  const known = recorded();
  return kept
    .filter((keptAs) => !known.has(keptAs))
    .map((keptAs) => ({
      keptAs,
      reason: readFileSync(path.join(folder, `${keptAs}${reasonEnding}`), 'utf8').trimEnd(),
    }));
}

function freeName(folder: string, name: string): string {
  const stem = shortened(name.slice(0, -ending.length));
  let candidate = `${stem}${ending}`;
  for (let n = 2; isTaken(folder, candidate); n += 1) candidate = `${stem}.${n}${ending}`;
  return candidate;
}

/** File systems take names of 255 bytes, and the reason's is longer than the envelope's own. */
const longestNameBytes = 255;
const roomForEndings = `.99999${ending}${reasonEnding}`.length;

function shortened(stem: string): string {
  let kept = stem;
  while (Buffer.byteLength(kept) > longestNameBytes - roomForEndings) {
    kept = kept.slice(0, -1);
  }
  return kept.toWellFormed();
}

const isTaken = (folder: string, name: string): boolean =>
  existsSync(path.join(folder, `${name}${reasonEnding}`)) ||
  lstatSync(path.join(folder, name), { throwIfNoEntry: false }) !== undefined;
