import { statSync } from 'node:fs';
import path from 'node:path';

/** No system has a longer one; without a limit, looking upwards could take for ever. */
const longestPath = 4096;

/**
 * The git root that a folder lies in, or the folder itself where there is none (a project need not be
 * under git); null for what is no absolute path. Sessions of one project share a conversation.
 */
export function projectRootOf(cwd: string | null): string | null {
  if (!cwd || !path.isAbsolute(cwd) || cwd.length > longestPath) return null;
  const start = path.normalize(cwd);
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (exists(path.join(folder, '.git'))) return withoutTrailingSlash(folder);
    if (folder === path.dirname(folder)) return withoutTrailingSlash(start);
  }
}

function exists(file: string): boolean {
  try {
    // A file, not a folder, in a worktree or submodule.
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

const withoutTrailingSlash = (folder: string): string =>
  folder.length > 1 && folder.endsWith(path.sep) ? folder.slice(0, -1) : folder;
