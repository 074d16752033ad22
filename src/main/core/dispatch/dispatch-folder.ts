import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { keepFolder } from '../own-folder.ts';
import { createFile, replaceFile } from '../settings/whole-file.ts';

/**
 * Whether `dispatch/` is still the folder that replies were put into. A reply that is not there any
 * more was taken by its session, but not where the whole folder is another one: then it was swept
 * away, and has to be put there again. A mark in the folder and its fellow in `state/` tell, also
 * over a restart.
 */
export interface DispatchFolder {
  /**
   * Makes the folder where it is missing.
   * @throws DiskFault or the system's error where it cannot be.
   */
  isOther(): boolean;
  /** From now on it is the one, everything is where it belongs. */
  adopt(): void;
}

const markName = '.relay-folder';

export function createDispatchFolder(home: { dispatch: string; state: string }): DispatchFolder {
  const known = path.join(home.state, 'dispatch-folder');
  const inFolder = path.join(home.dispatch, markName);
  let mark: string | undefined;

  return {
    isOther() {
      keepFolder(home.dispatch);
      mark ??= readIfThere(known);
      // Nothing is known of any other: this is the one.
      if (mark === undefined) this.adopt();
      return readIfThere(inFolder) !== mark;
    },
    adopt() {
      if (mark === undefined) {
        mark = randomUUID();
        replaceFile(inFolder, mark, 0o600);
        createFile(known, mark, 0o600);
      } else replaceFile(inFolder, mark, 0o600);
    },
  };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
