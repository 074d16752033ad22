import type { DatabaseFile } from './database-file.ts';
import type { EventStore } from './event-store.ts';

/** Whoever holds the database is not waited for again within this time. */
const busyRestMs = 900;

/**
 * The same store, which writes only while its file is whole. What was found damaged is not written
 * to again, and while another program holds the database nobody waits for it: each try would stop
 * the whole process, and the reactors try again by themselves.
 */
export function guardStore(
  store: EventStore,
  file: Pick<DatabaseFile, 'check'>,
  now: () => number = () => performance.now(),
): EventStore {
  let damage: unknown;
  let busy: { error: unknown; until: number } | undefined;

  function guarded<T>(write: () => T): T {
    if (damage) throw damage;
    if (busy && now() < busy.until) throw busy.error;
    file.check();
    try {
      const result = write();
      busy = undefined;
      return result;
    } catch (error) {
      if (hasCode(error, /^SQLITE_(?:CORRUPT|NOTADB)/)) damage = error;
      if (hasCode(error, /^SQLITE_(?:BUSY|LOCKED)/)) busy = { error, until: now() + busyRestMs };
      throw error;
    }
  }

  return {
    ...store,
    transaction: (work, onDisk) => guarded(() => store.transaction(work, onDisk)),
    setTokens: (seq, tokens) => guarded(() => store.setTokens(seq, tokens)),
    writeSnapshot: (...snapshot) => guarded(() => store.writeSnapshot(...snapshot)),
    flush: () => guarded(() => store.flush()),
    onDisk: async () => guarded(() => store.onDisk()),
  };
}

function hasCode(error: unknown, pattern: RegExp): boolean {
  return error instanceof Error && 'code' in error && pattern.test(String(error.code));
}
