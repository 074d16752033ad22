import { readdirSync } from 'node:fs';

/** What a process holds at one moment. */
export interface Measures {
  /** After a full garbage collection. */
  heapBytes: number;
  /** Outside of the heap: buffers. */
  externalBytes: number;
  rssBytes: number;
  /** Time of the processor, in user and system mode together, since the start. */
  cpuMs: number;
  /** Open file handles; 0 where the system does not show them. */
  handles: number;
  timers: number;
  /** Watches of folders and files. */
  watches: number;
  /** Listeners on the process object, which everything shares. */
  listeners: number;
}

/** Needs `--expose-gc`. */
export function measure(): Measures {
  // Twice: the first may only make finalizers run.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const resources = process.getActiveResourcesInfo();
  const count = (name: string) => resources.filter((resource) => resource === name).length;
  return {
    heapBytes: heapUsed,
    externalBytes: external,
    rssBytes: rss,
    cpuMs: (user + system) / 1000,
    handles: openHandles(),
    timers: count('Timeout') + count('Immediate'),
    watches: count('FSEventWrap') + count('StatWatcher'),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
}

function openHandles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
