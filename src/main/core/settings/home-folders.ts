import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Home, homeAt } from './home-paths.ts';
import { systemCode } from './whole-file.ts';

export type HomeError = {
  code: 'home-not-a-folder' | 'home-not-yours' | 'home-not-writable' | 'instructions-missing';
  /** For the owner: the fact, then what to do. */
  message: string;
};

/**
 * Makes the folders of a home, private to the owner. It loads next to nothing, so that a window can be
 * opened before the rest is there; `openHome` makes the files.
 */
export function makeHomeFolders(
  root: string,
): { ok: true; home: Home } | { ok: false; error: HomeError } {
  const home = homeAt(resolve(root));
  try {
    const foreign = makeFolder(home.root);
    if (foreign !== undefined) return { ok: false, error: foreign };
    for (const folder of [home.queue, home.rejected, home.dispatch, home.state, home.logs]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
    return { ok: true, home };
  } catch (error) {
    return { ok: false, error: homeErrorOf(error, home.root) };
  }
}

/** Makes the home, or makes it private; says what is wrong where it is not the owner's own. */
function makeFolder(root: string): HomeError | undefined {
  makeWithParents(root);
  const { uid, mode } = statSync(root);
  // Windows has neither; its folders are private by where they are.
  const me = process.getuid?.();
  if (me === undefined) return undefined;
  if (uid !== me) {
    return {
      code: 'home-not-yours',
      message: `${root} belongs to another user. Set RELAY_HOME to a folder of your own.`,
    };
  }
  if ((mode & 0o077) !== 0) chmodSync(root, 0o700);
  return undefined;
}

/**
 * Not `recursive`: where a folder is there and none can be made in it (`/proc`), Node 24 tries for
 * ever, and no signal ends it.
 */
function makeWithParents(folder: string): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeWithParents(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another program was quicker.
    if (systemCode(error) !== 'EEXIST' || !isFolder(folder)) throw error;
  }
}

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** What the system says of a home, for the owner; what is no error of the system is thrown on. */
export function homeErrorOf(error: unknown, root: string): HomeError {
  const code = systemCode(error);
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    return {
      code: 'home-not-a-folder',
      message: `${root} is not a folder. Move what is there, or set RELAY_HOME to another place.`,
    };
  }
  const reasons: Record<string, string> = {
    ENOENT: 'no folder can be made there',
    EACCES: 'you may not write there',
    EPERM: 'you may not write there',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
  };
  if (code === undefined) throw error;
  return {
    code: 'home-not-writable',
    message: `The home ${root} cannot be made ready: ${reasons[code] ?? code}. Mend that, or set RELAY_HOME to another place.`,
  };
}
