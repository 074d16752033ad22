import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file so that a reader sees all of the old or all of the new, also after a power cut. A
 * symbolic link stays one: the file it points to is replaced.
 * @param mode permissions of the new file; undefined keeps those it has.
 * @throws the system's error (disk full, no permission); the old file is then untouched.
 */
export function replaceFile(path: string, content: string, mode?: number): void {
  const target = resolvedPath(path);
  const temporary = writeBeside(target, content, mode ?? modeOf(target) ?? 0o600);
  try {
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Makes a file whole, or leaves what is already there. Of two who try at once one succeeds.
 * @returns whether it was made by this call.
 * @throws the system's error (disk full, no permission).
 */
export function createFile(path: string, content: string, mode: number): boolean {
  const temporary = writeBeside(path, content, mode);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** The code of a system error (`ENOENT`), or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function writeBeside(path: string, content: string, mode: number): string {
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`);
  const file = openSync(temporary, 'wx', mode);
  try {
    // The mode of `open` is narrowed by the umask, and the owner's choice must survive that.
    fchmodSync(file, mode);
    writeFileSync(file, content);
    fsyncSync(file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  return temporary;
}

function resolvedPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // not there yet
  }
}

function modeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mode;
}
