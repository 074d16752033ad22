import { statSync } from 'node:fs';
import { watch } from 'chokidar';

/** Long enough for an editor that empties the file before it writes, too short to be noticed. */
const settleMs = 80;
/** Where the system tells nothing (some network and shared folders), a look has to do. */
const pollMs = 2_000;

/**
 * Calls back after any of the files has changed, appeared or gone; several changes at once are one
 * call. The files need not exist. Does not keep the process alive.
 */
export function watchFiles(
  paths: readonly string[],
  onChange: () => void,
): { close(): Promise<void> } {
  let seen = fingerprint(paths);
  let settling: NodeJS.Timeout | undefined;

  function settle(): void {
    clearTimeout(settling);
    const before = fingerprint(paths);
    settling = setTimeout(() => {
      const now = fingerprint(paths);
      if (now !== before) settle();
      else if (now !== seen) {
        seen = now;
        onChange();
      }
    }, settleMs).unref();
  }

  const watcher = watch([...paths], { ignoreInitial: true, persistent: false });
  watcher.on('all', settle);
  // What happened before it was ready, it does not tell.
  watcher.on('ready', settle);
  // The poll goes on where the system has no watches left to give.
  watcher.on('error', () => undefined);
  const poll = setInterval(() => {
    if (fingerprint(paths) !== seen) settle();
  }, pollMs).unref();

  return {
    async close() {
      clearInterval(poll);
      clearTimeout(settling);
      await watcher.close();
    },
  };
}

function fingerprint(paths: readonly string[]): string {
  return paths.map(fileFingerprint).join('|');
}

function fileFingerprint(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return `${ino}:${size}:${mtimeMs}:${ctimeMs}`;
  } catch {
    return 'none';
  }
}
