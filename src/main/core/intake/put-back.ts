import { linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import path from 'node:path';

/**
 * Gives a file that was moved away its place in the queue back; where somebody has that by now,
 * another one. Never takes the place of anything.
 */
export function putBack(from: string, queue: string, name: string): void {
  const stem = name.slice(0, -'.json'.length);
  for (let n = 1; ; n += 1) {
    const to = path.join(queue, n === 1 ? name : `${stem}.${n}.json`);
    try {
      linkSync(from, to);
      unlinkSync(from);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue;
      // A folder, or a file system without links.
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK') throw error;
      if (lstatSync(to, { throwIfNoEntry: false })) continue;
      renameSync(from, to);
      return;
    }
  }
}
