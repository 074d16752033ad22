import { lstatSync, readdirSync, renameSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { putBack } from './put-back.ts';
import type { QueueFile, Seen } from './queue-files.ts';

/** Hidden, so that nobody takes it for an envelope; the rest says which file it must be. */
const asideName = /^\.taken-(\d+)-(\d+)-(-?\d+)-(\d+)$/;

/**
 * Removes an envelope whose event is committed, and nothing else: what somebody has put in its place
 * since it was read, or written into it, is an envelope of its own and stays. It is moved aside and
 * looked at first, since between a look and a removal it could be replaced.
 */
export function removeTaken(queue: string, { name, place }: QueueFile, seen: Seen): void {
  const found = lstat(place);
  if (!found || !isSame(found, seen)) return;
  const { dev, ino, mtimeNs, size } = seen;
  const aside = path.join(queue, `.taken-${dev}-${ino}-${mtimeNs}-${size}`);
  try {
    renameSync(place, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  settle(aside, seen, queue, name);
}

/** Does what a relay that died left undone: what it moved aside is removed, or put back. */
export function settleTaken(queue: string): void {
  for (const name of readdirSync(queue)) {
    const match = asideName.exec(name);
    if (!match) continue;
    // The expression has four groups of digits.
    const [dev, ino, mtimeNs, size] = match.slice(1).map(BigInt) as [
      bigint,
      bigint,
      bigint,
      bigint,
    ];
    settle(path.join(queue, name), { dev, ino, mtimeNs, size }, queue, 'found.json');
  }
}

function settle(aside: string, seen: Seen, queue: string, name: string): void {
  const moved = lstat(aside);
  if (!moved) return;
  if (isSame(moved, seen)) unlinkSync(aside);
  else putBack(aside, queue, name);
}

/** Not by its change time: to be moved is a change. */
export function isSame(found: Seen, seen: Seen): boolean {
  return (
    found.ino === seen.ino &&
    found.dev === seen.dev &&
    found.mtimeNs === seen.mtimeNs &&
    found.size === seen.size
  );
}

function lstat(file: string | Buffer) {
  return lstatSync(file, { bigint: true, throwIfNoEntry: false });
}
