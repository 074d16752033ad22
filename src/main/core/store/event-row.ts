import type { RelayEvent } from '#shared/events.ts';

/** A row of the table `events`, by the columns that `eventColumns` names. */
export interface EventRow {
  seq: number;
  id: string;
  ts_ns: bigint | string;
  type: string;
  session_id: string | null;
  conversation_id: string | null;
  exchange_id: string | null;
  tool_use_id: string | null;
  payload: string;
  tokens: number;
}

/** Nanoseconds do not fit a JavaScript number, so they leave SQLite as text. */
export const eventColumns = `events.seq, events.id, cast(events.ts_ns AS TEXT) AS ts_ns, events.type,
  events.session_id, events.conversation_id, events.exchange_id, events.tool_use_id,
  events.payload, events.tokens`;

export function toEvent(row: EventRow): RelayEvent {
  const tsNs = String(row.ts_ns);
  // What is in the store was checked before it was appended.
  return {
    seq: row.seq,
    id: row.id,
    tsNs,
    at: Number(tsNs.slice(0, -6)),
    type: row.type,
    payload: payloadOf(row),
    tokens: row.tokens,
    sessionId: row.session_id,
    conversationId: row.conversation_id,
    exchangeId: row.exchange_id,
    toolUseId: row.tool_use_id,
  } as RelayEvent;
}

/** @throws like SQLite at damage: what was stored was JSON */
function payloadOf({ seq, payload }: EventRow): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    const error = new Error(`event ${seq} cannot be read`);
    throw Object.assign(error, { code: 'SQLITE_CORRUPT_PAYLOAD' });
  }
}
