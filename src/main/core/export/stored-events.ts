import type { RelayEvent } from '#shared/events.ts';
import { databaseExists, openDatabaseToRead } from '../store/database.ts';
import { createEventStore } from '../store/event-store.ts';

export interface Selection {
  sessionId?: string | undefined;
  conversationId?: string | undefined;
}

export type StoredEvents =
  | { ok: true; events: Iterable<RelayEvent>; close(): void }
  | { ok: false; message: string };

/**
 * The stored events of a home, oldest first, read beside a running relay or without one. What the
 * file system or the database says against it becomes a sentence.
 */
export async function readStoredEvents(
  databasePath: string,
  selection: Selection,
): Promise<StoredEvents> {
  if (!databaseExists(databasePath)) {
    return { ok: false, message: `There is nothing yet: ${databasePath} does not exist.` };
  }
  try {
    const db = await openDatabaseToRead(databasePath);
    const all = createEventStore(db).all(0);
    return { ok: true, events: select(all, selection), close: () => db.close() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, message: `${databasePath} cannot be read: ${reason}.` };
  }
}

function* select(
  events: Iterable<RelayEvent>,
  { sessionId, conversationId }: Selection,
): Generator<RelayEvent> {
  for (const event of events) {
    if (sessionId !== undefined && event.sessionId !== sessionId) continue;
    if (conversationId !== undefined && event.conversationId !== conversationId) continue;
    yield event;
  }
}
