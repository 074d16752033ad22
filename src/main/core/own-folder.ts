import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { DiskFault } from './disk-fault.ts';

/**
 * Sees to it that a folder of the home is there: one that was removed while Relay runs is made
 * again, so that whoever writes there can. A link to a folder is as good as one.
 * @returns whether it had to be made.
 * @throws DiskFault where something else lies in its place, or the home itself is gone.
 */
export function keepFolder(folder: string): boolean {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return false;
  // A file, or a link that leads nowhere.
  if (found || lstatSync(folder, { throwIfNoEntry: false })) {
    throw new DiskFault(
      `${folder} is not a folder any more. Move away what lies there; Relay makes the folder anew and goes on by itself.`,
    );
  }
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw homeGone(folder);
    throw error;
  }
  return true;
}

/** @param missing what was looked for in it */
export function homeGone(missing: string): DiskFault {
  return new DiskFault(
    `Relay's home is gone (${missing} cannot be reached). Put it back where it was; Relay then goes on by itself.`,
  );
}
