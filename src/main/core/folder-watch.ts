import { type FSWatcher, statSync, watch } from 'node:fs';

export interface FolderWatch {
  /** Watches anew where the folder is another one by now, or could not be watched before. */
  renew(): void;
  close(): void;
}

/**
 * Calls back at once whenever something right in a folder changes, with its name where the system
 * tells it. It promises nothing: on some file systems nothing is told, so whoever uses it also looks
 * by itself now and then.
 *
 * The system's own watch, not chokidar: that one reads the folder again for each change, at most
 * once a second, and holds back a removal for 100 ms (docs/performance.md).
 */
export function watchFolder(
  folder: string,
  onChange: (name: string | undefined) => void,
): FolderWatch {
  let watcher: FSWatcher | undefined;
  let watchedIno: number | undefined;

  function open(): void {
    close();
    try {
      watcher = watch(folder, (_event, name) => onChange(name ?? undefined));
      watcher.on('error', close);
      watchedIno = inodeOf(folder);
    } catch {
      // Gone, or the system has no watches left to give: `renew` tries again.
    }
  }

  function close(): void {
    watcher?.close();
    watcher = undefined;
    watchedIno = undefined;
  }

  open();
  return {
    renew() {
      if (!watcher || inodeOf(folder) !== watchedIno) open();
    },
    close,
  };
}

/** undefined also where it cannot be reached: rights were taken away, a link leads to itself. */
function inodeOf(folder: string): number | undefined {
  try {
    return statSync(folder).ino;
  } catch {
    return undefined;
  }
}
