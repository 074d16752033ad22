import { basename, dirname } from 'node:path';
import { replaceFile, systemCode } from '#core/settings/whole-file.ts';
import type { SavedFile } from '#shared/desktop-bridge.ts';

/** Names that mean something else to a file system, and what could lead out of the folder. */
const unfitCharacters = /[<>:"/\\|?*\p{Cc}]/gu;

/** The name a file is proposed under, which no session can make into a path. */
export const fittingName = (name: string) => name.replace(unfitCharacters, '-');

/**
 * Writes what sessions said where the owner has chosen, readable by the owner alone. What lay there
 * before is replaced whole, or stays as it was.
 */
export function saveText(file: string, text: string): Exclude<SavedFile, { kind: 'cancelled' }> {
  try {
    replaceFile(file, text, 0o600);
    return { kind: 'saved', file };
  } catch (error) {
    return { kind: 'failed', why: whyNotSaved(file, systemCode(error)) };
  }
}

function whyNotSaved(file: string, code: string | undefined): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `Relay may not write in ${dirname(file)}. Choose another folder.`;
    case 'ENOENT':
    case 'ENOTDIR':
      return `There is no folder ${dirname(file)}. Choose another one.`;
    case 'EISDIR':
      return `${file} is a folder. Choose another name.`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `There is no room for ${basename(file)}. Free some, or choose another disk.`;
    default:
      return `${basename(file)} could not be written (${code ?? 'unknown error'}). Choose another folder.`;
  }
}
