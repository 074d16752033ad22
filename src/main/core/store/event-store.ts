import { randomUUID } from 'node:crypto';
import { closeSync, fsync, fsyncSync, openSync } from 'node:fs';
import type { NewEvent, RelayEvent } from '#shared/events.ts';
import type { ConversationId, ExchangeId, SessionId } from '#shared/ids.ts';
import { type AtPoint, noFault } from '../fault-point.ts';
import type { Database } from './database.ts';
import { type EventRow, eventColumns, toEvent } from './event-row.ts';
import { createReadModels, readModelTables } from './read-models.ts';
import { risingNanoseconds } from './rising-clock.ts';

/**
 * The only truth: an append-only table of events. One writer. Appending is synchronous; what a reader
 * of the same process sees afterwards includes it.
 */
export interface EventStore {
  /**
   * Runs `work` in one transaction. Whatever it appends is committed together or not at all, and is
   * on disk (fsync) when it returns; `soon` leaves the fsync to the next commit or `flush`, so that
   * the death of this process loses nothing, but that of the machine may.
   * @throws what SQLite throws when the commit fails; nothing has happened then.
   */
  transaction<T>(work: () => T, onDisk?: 'now' | 'soon'): T;
  /** Has everything that was committed on disk. */
  flush(): void;
  /** Settles when everything that was committed before is on disk; nobody waits for it meanwhile.
   * Rejects with the system's error. */
  onDisk(): Promise<void>;
  /** Gives each event its place and time and brings the read models up to it. */
  append(events: readonly NewEvent[]): RelayEvent[];
  /** After `after`, oldest first; fewer than `limit` where they are large, none only at the end. */
  after(after: number, limit: number): RelayEvent[];
  all(after: number): Generator<RelayEvent>;
  event(seq: number): RelayEvent | undefined;
  /** With both a session and its conversation: also what concerns no single session of it. Fewer than
   * `limit` where they are large. */
  page(query: {
    sessionId?: SessionId | undefined;
    conversationId?: ConversationId | undefined;
    before?: number | undefined;
    limit: number;
  }): { events: RelayEvent[]; more: boolean };
  ofExchange(exchangeId: ExchangeId): RelayEvent[];
  lastSeq(): number;
  /** Conversation events whose tokens nobody has counted yet, newest first; some of them. */
  uncounted(limit: number): RelayEvent[];
  setTokens(seq: number, tokens: number): void;
  /** Empties the read models and fills them again from the events. */
  rebuild(): void;
  /** The decider's state as text, as of some event; undefined where there is none of this version. */
  readSnapshot(version: number): string | undefined;
  writeSnapshot(version: number, seq: number, state: string): void;
  close(): void;
}

/** An envelope may bring 8 MiB: a page of many such would fit into no answer, and hardly into memory. */
const longestPageCharacters = 16 * 1024 * 1024;

/** As many rows as one page should hold, at least one; `more` where there are others. */
function pageOf(found: Iterable<unknown>, limit: number): { rows: EventRow[]; more: boolean } {
  const rows: EventRow[] = [];
  let characters = 0;
  // The statements select the columns of a row.
  for (const row of found as Iterable<EventRow>) {
    if (rows.length === limit || characters > longestPageCharacters) return { rows, more: true };
    rows.push(row);
    characters += row.payload.length;
  }
  return { rows, more: false };
}

/** @param now the wall clock, epoch milliseconds */
export function createEventStore(
  db: Database,
  atPoint: AtPoint = noFault,
  now: () => number = Date.now,
): EventStore {
  const apply = createReadModels(db);
  const insert = db.prepare(
    `INSERT INTO events (id, ts_ns, type, session_id, conversation_id, exchange_id, tool_use_id, payload)
     VALUES (@id, @tsNs, @type, @sessionId, @conversationId, @exchangeId, @toolUseId, @payload)`,
  );
  const select = (rest: string) => db.prepare(`SELECT ${eventColumns} FROM events ${rest}`);
  const bySeq = select('WHERE seq = ?');
  const afterSeq = select('WHERE seq > ? ORDER BY seq LIMIT ?');
  const ofExchange = select('WHERE exchange_id = ? ORDER BY seq');
  const pages = {
    session: select('WHERE session_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?'),
    conversation: select('WHERE conversation_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?'),
    /** Those of a conversation that concern no single session, within a range. */
    common: select(
      `WHERE conversation_id = ? AND session_id IS NULL AND seq > ? AND seq < ?
       ORDER BY seq DESC LIMIT ?`,
    ),
    all: select('WHERE seq < ? ORDER BY seq DESC LIMIT ?'),
  };
  const uncounted = select(
    `WHERE tokens = 0 AND type IN ('user_message', 'agent_message', 'tool_call', 'tool_response')
     ORDER BY seq DESC LIMIT ?`,
  );
  const setTokens = db.prepare('UPDATE events SET tokens = ? WHERE seq = ?');
  const last = db.prepare('SELECT max(seq) AS seq, max(ts_ns) AS ts FROM events').safeIntegers();
  // The statement's own columns; both are null in an empty store.
  const end = last.get() as { seq: bigint | null; ts: bigint | null };
  let lastSeq = Number(end.seq ?? 0n);
  const nextNs = risingNanoseconds(end.ts ?? 0n, now);
  const rows = (found: Iterable<unknown>) => Array.from(found, (row) => toEvent(row as EventRow));

  const snapshot = db
    .prepare('SELECT state FROM state_snapshot WHERE version = ? AND seq <= ?')
    .pluck();
  const keepSnapshot = db.prepare(
    'INSERT OR REPLACE INTO state_snapshot (one, version, seq, state) VALUES (1, ?, ?, ?)',
  );

  // Who opened the database without any fsync wants none.
  const isSyncOff = db.pragma('synchronous', { simple: true }) === 0;
  const hasNoLog = isSyncOff || db.memory;
  /** SQLite holds its locks on the other two files: closing this one here gives none of them away. */
  const openLog = () => openSync(`${db.name}-wal`, 'r+');
  let synced: 'now' | 'soon' | undefined;
  /** Of the commits from here on. In WAL mode NORMAL leaves out the fsync and nothing else: what
   * the power may take are the last commits, in order; the file stays whole. */
  function syncCommits(onDisk: 'now' | 'soon'): void {
    if (isSyncOff || synced === onDisk || db.inTransaction) return;
    db.pragma(`synchronous = ${onDisk === 'now' ? 'FULL' : 'NORMAL'}`);
    synced = onDisk;
  }

  const store: EventStore = {
    transaction: (work, onDisk = 'now') => {
      const before = lastSeq;
      syncCommits(onDisk);
      try {
        return db.transaction(() => {
          const result = work();
          atPoint('store.committing');
          return result;
        })();
      } catch (error) {
        lastSeq = before;
        throw error;
      }
    },
    append(events) {
      return events.map((event) => {
        const { type, payload } = event;
        const subject = {
          sessionId: event.sessionId ?? null,
          conversationId: event.conversationId ?? null,
          exchangeId: event.exchangeId ?? null,
          toolUseId: event.toolUseId ?? null,
        };
        const id = randomUUID();
        const tsNs = nextNs();
        const { lastInsertRowid } = insert.run({
          id,
          tsNs,
          type,
          ...subject,
          payload: JSON.stringify(payload),
        });
        const seq = Number(lastInsertRowid);
        lastSeq = seq;
        const at = Number(tsNs / 1_000_000n);
        // type and payload come from one NewEvent, so they belong together.
        const stored = { seq, id, tsNs: String(tsNs), at, type, payload, tokens: 0, ...subject };
        apply(stored as RelayEvent);
        return stored as RelayEvent;
      });
    },
    after: (after, limit) => rows(pageOf(afterSeq.iterate(after, limit), limit).rows),
    *all(after) {
      let from = after;
      for (;;) {
        const batch = store.after(from, 2000);
        yield* batch;
        const end = batch.at(-1);
        if (!end) return;
        from = end.seq;
      }
    },
    event(seq) {
      const row = bySeq.get(seq);
      return row ? toEvent(row as EventRow) : undefined;
    },
    page({ sessionId, conversationId, before = Number.MAX_SAFE_INTEGER, limit }) {
      if (sessionId && conversationId) {
        const own = pageOf(pages.session.iterate(sessionId, before, limit + 1), limit);
        // Not further back than the page reaches by itself: what lies there comes with the next.
        const from = own.more ? (own.rows.at(-1)?.seq ?? 0) : 0;
        const common = pageOf(pages.common.iterate(conversationId, from, before, limit + 1), limit);
        const upTo = common.more ? (common.rows.at(-1)?.seq ?? 0) : 0;
        const both = [...own.rows, ...common.rows].filter(({ seq }) => seq >= upTo);
        const page = both.sort((a, b) => b.seq - a.seq).slice(0, limit);
        const more = page.length < own.rows.length + common.rows.length || own.more || common.more;
        return { events: rows(page.reverse()), more };
      }
      const found = pageOf(
        sessionId
          ? pages.session.iterate(sessionId, before, limit + 1)
          : conversationId
            ? pages.conversation.iterate(conversationId, before, limit + 1)
            : pages.all.iterate(before, limit + 1),
        limit,
      );
      return { events: rows(found.rows.reverse()), more: found.more };
    },
    ofExchange: (exchangeId) => rows(ofExchange.all(exchangeId)),
    lastSeq: () => lastSeq,
    uncounted: (limit) => rows(pageOf(uncounted.iterate(limit), limit).rows),
    setTokens(seq, tokens) {
      // Lost with the power, they are counted again.
      syncCommits('soon');
      setTokens.run(tokens, seq);
    },
    flush() {
      if (hasNoLog) return;
      const log = openLog();
      try {
        fsyncSync(log);
      } finally {
        closeSync(log);
      }
    },
    onDisk: () =>
      new Promise((resolve, reject) => {
        if (hasNoLog) return resolve();
        const log = openLog();
        fsync(log, (error) => {
          closeSync(log);
          if (error) reject(error);
          else resolve();
        });
      }),
    rebuild() {
      db.transaction(() => {
        // `entries` refers to events only, so the order does not matter.
        for (const table of readModelTables) db.exec(`DELETE FROM ${table}`);
        db.exec(`INSERT INTO search (search) VALUES ('delete-all')`);
        for (const event of store.all(0)) apply(event);
      })();
    },
    // The column is TEXT NOT NULL.
    readSnapshot: (version) => snapshot.get(version, lastSeq) as string | undefined,
    writeSnapshot(version, seq, state) {
      keepSnapshot.run(version, seq, state);
    },
    close() {
      db.close();
    },
  };
  if (db.prepare('SELECT 1 FROM read_models_due').get()) {
    db.transaction(() => {
      store.rebuild();
      db.exec('DELETE FROM read_models_due');
    })();
  }
  return store;
}
