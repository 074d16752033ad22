import type { RelayEvent } from '#shared/events.ts';
import type { ConversationId, ExchangeId, SessionId } from '#shared/ids.ts';
import type { Found, InboxItem, RejectedEnvelope } from '#shared/models.ts';
import type { Usage } from '#shared/usage.ts';
import type { ConversationEntry, ConversationSummary } from '../conversation/entry.ts';
import type { Database } from './database.ts';
import { createDriveQueries, type DriveQueries } from './drive-queries.ts';
import { type EventRow, eventColumns, toEvent } from './event-row.ts';
import { createMemoryQueries, type MemoryQueries } from './memory-queries.ts';
import { createOutcomeQueries, type OutcomeQueries } from './outcomes.ts';
import { pendingEntriesSql } from './read-models.ts';
import { createSearch, type Sought } from './search.ts';
import {
  createSpendHoursQuery,
  createSpendTotalsQuery,
  type SpendTotal,
  type SpendTotals,
} from './totals.ts';

export interface SessionRow {
  id: SessionId;
  exchanges: number;
  costUsd: number;
  lastSeenAt: number;
  lastWords: string;
}

export interface SpendRow extends Usage {
  day: string;
  session: string;
  model: string;
  purpose: string;
  calls: number;
  usd: number;
  estimatedUsd: number;
  savedUsd: number;
  unpricedCalls: number;
}

export interface ConversationWindow {
  summary: ConversationSummary | null;
  entries: ConversationEntry[];
  /** Words of the exchange that wait for an answer although the summary has covered them. */
  owed: ConversationEntry[];
}

/** Reads of the read models; none of them changes anything, none costs more as history grows. */
export interface Queries {
  /** The window of a conversation: its last summary and every entry after it, in order. With an
   * exchange, as it will be once that exchange is called. */
  window(conversationId: ConversationId, calling: ExchangeId | null): ConversationWindow;
  /** The window as a past call of an exchange sent it; `answerSeq` is the answer it brought. */
  windowBefore(
    conversationId: ConversationId,
    shown: { callSeq: number; answerSeq: number | null; exchangeId: ExchangeId },
  ): ConversationWindow;
  /** What a past call for a summary was chosen from: everything after the summary of then. */
  windowSummedUp(
    conversationId: ConversationId,
    callSeq: number,
  ): { summary: ConversationSummary | null; entries: ConversationEntry[] };
  sessions(): SessionRow[];
  /** Everything in the inbox that nobody has settled, oldest first. */
  openItems(): Omit<InboxItem, 'title'>[];
  /** From a day (YYYY-MM-DD) on. */
  spend(firstDay: string): SpendRow[];
  spendTotals(): SpendTotals;
  /** What each hour of a day cost; `key` is the local date and hour. */
  spendHours(day: string): SpendTotal[];
  rejected(limit: number): RejectedEnvelope[];
  countRejected(): number;
  /** What every rejected envelope is kept as in `queue/.rejected/`. */
  rejectedNames(): ReadonlySet<string>;
  isFileTaken(fileKey: string): boolean;
  /** What was brought into a conversation and says when it was said. */
  imported(conversationId: ConversationId): RelayEvent[];
  isIdTaken(sessionId: SessionId, envelopeId: string): boolean;
  /** By the full-text index; the cost is that of the matching events, not of all. */
  search(sought: Sought): Found[];
  lastInstructions(): string | undefined;
  /** Where a session's Claude Code writes down what is said, as its last envelope told it. */
  transcriptOf(sessionId: SessionId): string | undefined;
  /** As they were right before an event. */
  instructionsBefore(seq: number): string | undefined;
  memory: MemoryQueries;
  outcomes: OutcomeQueries;
  drives: DriveQueries;
}

export function createQueries(db: Database): Queries {
  const summaryOf = db.prepare(
    `SELECT events.payload FROM conversations JOIN events ON events.seq = summary_seq
     WHERE conversations.id = ?`,
  );
  const entryColumns = `entries.position AS position, entries.title AS title, ${eventColumns}`;
  // `+?`: see `pendingEntriesSql`.
  const positioned = db.prepare(
    `SELECT ${entryColumns} FROM entries JOIN events ON events.seq = entries.seq
     WHERE entries.conversation_id = +? AND entries.position > ? ORDER BY entries.position`,
  );
  const pending = db.prepare(pendingEntriesSql(entryColumns));
  const lastPosition = db.prepare('SELECT last_position FROM conversations WHERE id = ?').pluck();
  const summaryBefore = db.prepare(
    `SELECT payload FROM events WHERE conversation_id = ? AND seq < ? AND type = 'summary.made'
     ORDER BY seq DESC LIMIT 1`,
  );
  const imported = db.prepare(
    `SELECT ${eventColumns} FROM events WHERE conversation_id = ?
       AND type IN ('user_message', 'agent_message') AND payload ->> 'sentAt' IS NOT NULL`,
  );
  const positionOf = db.prepare('SELECT position FROM entries WHERE seq = ?').pluck();
  const ownPosition = db
    .prepare(
      'SELECT max(position) FROM entries WHERE conversation_id = ? AND exchange_id = ? AND seq < ?',
    )
    .pluck();
  const shownBefore = db.prepare(
    `SELECT ${entryColumns} FROM entries JOIN events ON events.seq = entries.seq
     WHERE entries.conversation_id = ? AND entries.position > ? AND entries.position <= ?
       AND entries.seq < ? ORDER BY entries.position`,
  );
  // By the exchange, which is short: the conversation before the summary is all there ever was.
  const coveredOf = db.prepare(
    `SELECT ${entryColumns} FROM events CROSS JOIN entries ON entries.seq = events.seq
     WHERE events.exchange_id = ? AND events.seq > ? AND events.seq < ?
       AND entries.conversation_id = ? AND entries.position <= ? ORDER BY entries.position`,
  );
  const lastAnswer = db
    .prepare(
      `SELECT max(seq) FROM events WHERE exchange_id = ? AND type = 'agent_message' AND seq < ?`,
    )
    .pluck();
  const sessions = db.prepare(
    `SELECT id, exchanges, cost_usd AS costUsd, last_seen_at AS lastSeenAt, last_words AS lastWords
     FROM sessions`,
  );
  const openItems = db.prepare(
    `SELECT id, kind, code, session_id AS sessionId, conversation_id AS conversationId,
       exchange_id AS exchangeId, summary, proposal, reasoning, holds, opened_at AS openedAt
     FROM items WHERE settled_at IS NULL ORDER BY rowid`,
  );
  const spend = db.prepare(
    `SELECT day, session_id AS session, model, purpose, calls, input, output,
       cache_read AS cacheRead, cache_write_5m AS cacheWrite5m, cache_write_1h AS cacheWrite1h,
       cost_usd AS usd, estimated_usd AS estimatedUsd, saved_usd AS savedUsd, unpriced_calls AS unpricedCalls FROM spend
     WHERE day >= ? ORDER BY day`,
  );
  const rejected = db.prepare('SELECT name, reason, at FROM rejected ORDER BY seq DESC LIMIT ?');
  const countRejected = db.prepare('SELECT count(*) FROM rejected').pluck();
  const rejectedNames = db
    .prepare(`SELECT payload ->> 'keptAs' FROM rejected JOIN events ON events.seq = rejected.seq`)
    .pluck();
  const fileTaken = db.prepare('SELECT 1 FROM taken_files WHERE file_key = ?').pluck();
  const idTaken = db
    .prepare('SELECT 1 FROM taken_ids WHERE session_id = ? AND envelope_id = ?')
    .pluck();
  const instructions = db.prepare(
    `SELECT ${eventColumns} FROM events WHERE type = 'system_message' AND seq < ?
     ORDER BY seq DESC LIMIT 1`,
  );

  const transcript = db
    .prepare(
      `SELECT payload ->> '$.extra.transcript_path' FROM events
       WHERE session_id = ? AND type = 'envelope.accepted'
         AND json_type(payload, '$.extra.transcript_path') = 'text' ORDER BY seq DESC LIMIT 1`,
    )
    .pluck();

  // The rows below have the columns their statements name; better-sqlite3 cannot type that.
  type EntryRow = EventRow & {
    position: number | null;
    title: string | null;
  };
  const toEntry = (row: EntryRow, position: number): ConversationEntry[] => {
    const event = toEvent(row);
    const said = saidIn(event);
    if (!said) return [];
    const { seq, at, sessionId, toolUseId, tokens } = event;
    const { title } = row;
    return [{ position, seq, at, sessionId, title, toolUseId, tokens, ...said }];
  };

  const instructionsBefore = (seq: number): string | undefined => {
    const row = instructions.get(seq) as EventRow | undefined;
    const event = row ? toEvent(row) : undefined;
    return event?.type === 'system_message' ? event.payload.text : undefined;
  };

  const summaryAt = (conversationId: ConversationId, seq: number): ConversationSummary | null => {
    const found = summaryBefore.get(conversationId, seq) as { payload: string } | undefined;
    return found ? (JSON.parse(found.payload) as ConversationSummary) : null;
  };
  const entriesBefore = (id: ConversationId, from: number, last: number, seq: number) =>
    (shownBefore.all(id, from, last, seq) as EntryRow[]).flatMap((row) =>
      toEntry(row, row.position ?? 0),
    );

  const owedTo = (
    id: ConversationId,
    exchangeId: ExchangeId,
    summary: ConversationSummary | null,
    before: number,
  ): ConversationEntry[] => {
    if (!summary) return [];
    const answered = (lastAnswer.get(exchangeId, before) as number | null) ?? 0;
    const covered = coveredOf.all(exchangeId, answered, before, id, summary.toPosition);
    return (covered as EntryRow[])
      .flatMap((row) => toEntry(row, row.position ?? 0))
      .filter(({ author }) => author === 'session' || author === 'owner');
  };

  return {
    window(conversationId, calling) {
      const found = summaryOf.get(conversationId) as { payload: string } | undefined;
      const summary = found ? (JSON.parse(found.payload) as ConversationSummary) : null;
      const shown = positioned.all(conversationId, summary?.toPosition ?? 0) as EntryRow[];
      const entries = shown.flatMap((row) => toEntry(row, row.position ?? 0));
      if (calling === null) return { summary, entries, owed: [] };
      let position = (lastPosition.get(conversationId) as number | undefined) ?? 0;
      const due = pending.all(conversationId, calling, Number.MAX_SAFE_INTEGER) as EntryRow[];
      for (const row of due) {
        position += 1;
        entries.push(...toEntry(row, position));
      }
      const owed = owedTo(conversationId, calling, summary, Number.MAX_SAFE_INTEGER);
      return { summary, entries, owed };
    },
    windowBefore(conversationId, { callSeq, answerSeq, exchangeId }) {
      const summary = summaryAt(conversationId, callSeq);
      // Calls within a conversation are serial: what stood before the answer was what it answered.
      const answer = answerSeq === null ? undefined : (positionOf.get(answerSeq) as number);
      const own = ownPosition.get(conversationId, exchangeId, callSeq) as number | null;
      const last = answer === undefined ? (own ?? 0) : answer - 1;
      const entries = entriesBefore(conversationId, summary?.toPosition ?? 0, last, callSeq);
      return { summary, entries, owed: owedTo(conversationId, exchangeId, summary, callSeq) };
    },
    windowSummedUp(conversationId, callSeq) {
      const summary = summaryAt(conversationId, callSeq);
      const from = summary?.toPosition ?? 0;
      const entries = entriesBefore(conversationId, from, Number.MAX_SAFE_INTEGER, callSeq);
      return { summary, entries };
    },
    sessions: () => sessions.all() as SessionRow[],
    openItems: () =>
      (openItems.all() as (Omit<InboxItem, 'title' | 'holds'> & { holds: number })[]).map(
        (item) => ({ ...item, holds: item.holds === 1 }),
      ),
    spend: (firstDay) => spend.all(firstDay) as SpendRow[],
    spendTotals: createSpendTotalsQuery(db),
    spendHours: createSpendHoursQuery(db),
    rejected: (limit) => rejected.all(limit) as RejectedEnvelope[],
    countRejected: () => countRejected.get() as number,
    rejectedNames: () => new Set(rejectedNames.all() as string[]),
    imported: (conversationId) =>
      imported.all(conversationId).map((row) => toEvent(row as EventRow)),
    isFileTaken: (fileKey) => fileTaken.get(fileKey) === 1,
    isIdTaken: (sessionId, envelopeId) => idTaken.get(sessionId, envelopeId) === 1,
    search: createSearch(db),
    memory: createMemoryQueries(db),
    outcomes: createOutcomeQueries(db),
    drives: createDriveQueries(db),
    lastInstructions: () => instructionsBefore(Number.MAX_SAFE_INTEGER),
    instructionsBefore,
    transcriptOf: (sessionId) => transcript.get(sessionId) as string | undefined,
  };
}

/** Who said what, of an event that is part of a conversation. */
function saidIn(
  event: RelayEvent,
): Pick<ConversationEntry, 'type' | 'author' | 'via' | 'text'> | undefined {
  switch (event.type) {
    case 'user_message': {
      const { author, via, text } = event.payload;
      return { type: event.type, author, via, text };
    }
    case 'agent_message':
      return { type: event.type, author: 'supervisor', via: null, text: event.payload.text };
    case 'tool_call': {
      const { name, input } = event.payload;
      const text = `${name} ${JSON.stringify(input)}`;
      return { type: event.type, author: 'supervisor', via: null, text };
    }
    case 'tool_response':
      return { type: event.type, author: 'relay', via: null, text: event.payload.output };
    default:
      return undefined;
  }
}
