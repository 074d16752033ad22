import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { done, failed, type Outcome } from './outcome.ts';

/** The text of a settings file, `null` where there is none. */
export function readSettingsFile(file: string): Outcome<string | null> {
  try {
    return done(readFileSync(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return done(null);
    return failed('settings-unwritable', `${file} cannot be read (${codeOf(error)}).`);
  }
}

/** Replaces the file whole, with the mode it has (0600 for a new one), behind a link if it is one. */
export function writeSettingsFile(file: string, text: string): Outcome<void> {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const target = behindLink(file);
    const mode = statSync(target, { throwIfNoEntry: false })?.mode ?? 0o600;
    const temporary = `${target}.${process.pid}.new`;
    writeFileSync(temporary, text, { mode: mode & 0o777 });
    renameSync(temporary, target);
    return done(undefined);
  } catch (error) {
    return failed('settings-unwritable', unwritable(file, error));
  }
}

/** Removes the file and, if asked, its folder where nothing else is in it. */
export function removeSettingsFile(file: string, folderToo: boolean): Outcome<void> {
  try {
    rmSync(file, { force: true });
  } catch (error) {
    return failed('settings-unwritable', unwritable(file, error));
  }
  if (!folderToo) return done(undefined);
  try {
    rmdirSync(dirname(file));
  } catch {
    // Something else is in it by now: it stays.
  }
  return done(undefined);
}

const unwritable = (file: string, error: unknown) =>
  `${file} cannot be written (${codeOf(error)}). Allow it, then try again.`;

function behindLink(file: string): string {
  if (!lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) return file;
  try {
    return realpathSync(file);
  } catch {
    return resolve(dirname(file), readlinkSync(file));
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
