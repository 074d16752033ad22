import type { RelayEvent } from '#shared/events.ts';
import type { ExchangeId, SessionId } from '#shared/ids.ts';
import { type Known, tellingTypes } from '../drives/occurrence.ts';
import type { Database } from './database.ts';
import { type EventRow, eventColumns, toEvent } from './event-row.ts';

/** What drives follow from. The cost is that of the events asked for, not of all. */
export interface DriveQueries extends Known {
  /** Of a session, what can move a drive, from a time on (epoch milliseconds), in order. */
  telling(sessionId: SessionId, sinceMs: number): RelayEvent[];
  /** The last event that changed what was learnt. */
  lastLearnt(): RelayEvent | undefined;
  /** 0: what was learnt was never forgotten. */
  lastResetSeq(): number;
  /** What the supervisor was last told in an exchange before an event; empty for nothing. */
  told(exchangeId: ExchangeId, beforeSeq?: number): string;
}

export function createDriveQueries(db: Database): DriveQueries {
  const types = tellingTypes.map((type) => `'${type}'`).join(', ');
  // Of what a tool said, its beginning tells enough: it can be long.
  const payload = `CASE events.type WHEN 'tool_response'
    THEN json_object('name', payload ->> 'name', 'isError', json(payload -> 'isError'),
      'output', substr(payload ->> 'output', 1, 100))
    ELSE events.payload END AS payload`;
  const telling = db.prepare(
    `SELECT ${eventColumns.replace('events.payload', payload)} FROM events
     WHERE session_id = ? AND type IN (${types}) ORDER BY seq DESC`,
  );
  const item = db.prepare('SELECT kind, proposal FROM items WHERE id = ?');
  const saidKey = db
    .prepare(
      `SELECT payload ->> 'saidKey' FROM events
       WHERE session_id = ? AND seq < ? AND type = 'exchange.opened' ORDER BY seq DESC LIMIT 1`,
    )
    .pluck();
  const origin = db
    .prepare(
      `SELECT payload ->> 'origin' FROM events WHERE session_id = ? AND type = 'dispatch.queued'
         AND payload ->> 'dispatchId' = ? ORDER BY seq DESC LIMIT 1`,
    )
    .pluck();
  const learnt = db.prepare(
    `SELECT ${eventColumns} FROM events WHERE type IN ('drives.learnt', 'drives.reset')
     ORDER BY seq DESC LIMIT 1`,
  );
  const reset = db
    .prepare(
      `SELECT max(seq) FROM events WHERE type IN ('drives.learnt', 'drives.reset')
       AND type = 'drives.reset'`,
    )
    .pluck();
  const told = db
    .prepare(
      `SELECT payload ->> 'text' FROM events
       WHERE exchange_id = ? AND seq < ? AND type = 'drives.told' ORDER BY seq DESC LIMIT 1`,
    )
    .pluck();

  // The rows have the columns their statements name; better-sqlite3 cannot type that.
  return {
    telling(sessionId, sinceMs) {
      const found: RelayEvent[] = [];
      for (const row of telling.iterate(sessionId)) {
        const event = toEvent(row as EventRow);
        if (event.at < sinceMs) break;
        found.push(event);
      }
      return found.reverse();
    },
    item: (id) => item.get(id) as ReturnType<Known['item']>,
    saidKeyBefore: (sessionId, seq) => saidKey.get(sessionId, seq) as string | undefined,
    dispatchOrigin: (sessionId, dispatchId) =>
      origin.get(sessionId, dispatchId) as ReturnType<Known['dispatchOrigin']>,
    lastLearnt() {
      const row = learnt.get() as EventRow | undefined;
      return row && toEvent(row);
    },
    lastResetSeq: () => (reset.get() as number | null) ?? 0,
    told: (exchangeId, beforeSeq = Number.MAX_SAFE_INTEGER) =>
      (told.get(exchangeId, beforeSeq) as string | undefined) ?? '',
  };
}
