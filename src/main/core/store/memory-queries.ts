import type { RelayEvent } from '#shared/events.ts';
import type { ConversationId, FactId, SessionId } from '#shared/ids.ts';
import type { Brief, Fact, SummaryLine } from '#shared/models.ts';
import type { Database } from './database.ts';
import { type EventRow, eventColumns, toEvent } from './event-row.ts';

/** What is kept for the supervisor beside the conversation, and what its summaries stand for. */
export interface MemoryQueries {
  /** Oldest first. */
  facts(conversationId: ConversationId): Fact[];
  fact(id: FactId): Fact | undefined;
  brief(sessionId: SessionId): Brief | null;
  /** As they were right before an event. */
  factsBefore(conversationId: ConversationId, seq: number): Fact[];
  briefBefore(sessionId: SessionId, seq: number): Brief | null;
  /** Newest first. */
  summaries(conversationId: ConversationId, limit: number): SummaryLine[];
  /** The conversation within a range of positions, both included, in its order. */
  covered(
    conversationId: ConversationId,
    range: { fromPosition: number; toPosition: number; limit: number },
  ): { position: number; event: RelayEvent }[];
}

export function createMemoryQueries(db: Database): MemoryQueries {
  const factColumns =
    'id, conversation_id AS conversationId, text, "by", pinned_at AS pinnedAt, edited_at AS editedAt';
  const facts = db.prepare(
    `SELECT ${factColumns} FROM facts WHERE conversation_id = ? ORDER BY pinned_seq`,
  );
  const fact = db.prepare(`SELECT ${factColumns} FROM facts WHERE id = ?`);
  const brief = db.prepare(
    'SELECT text, "by", set_at AS setAt FROM briefs WHERE session_id = ? AND text <> \'\'',
  );
  const factEvents = db.prepare(
    `SELECT ${eventColumns} FROM events WHERE conversation_id = ? AND seq < ?
       AND type IN ('fact.pinned', 'fact.edited', 'fact.unpinned') ORDER BY seq`,
  );
  const briefEvent = db.prepare(
    `SELECT ${eventColumns} FROM events WHERE session_id = ? AND seq < ? AND type = 'brief.set'
     ORDER BY seq DESC LIMIT 1`,
  );
  const summaries = db.prepare(
    `SELECT ${eventColumns} FROM events WHERE conversation_id = ? AND type = 'summary.made'
     ORDER BY seq DESC LIMIT ?`,
  );
  const covered = db.prepare(
    `SELECT entries.position AS position, ${eventColumns} FROM entries
     JOIN events ON events.seq = entries.seq
     WHERE entries.conversation_id = ? AND entries.position BETWEEN ? AND ?
     ORDER BY entries.position LIMIT ?`,
  );

  // The rows have the columns their statements name; better-sqlite3 cannot type that.
  return {
    facts: (conversationId) => facts.all(conversationId) as Fact[],
    fact: (id) => fact.get(id) as Fact | undefined,
    brief: (sessionId) => (brief.get(sessionId) as Brief | undefined) ?? null,
    factsBefore: (conversationId, seq) =>
      foldFacts(factEvents.all(conversationId, seq).map((row) => toEvent(row as EventRow))),
    briefBefore(sessionId, seq) {
      const row = briefEvent.get(sessionId, seq) as EventRow | undefined;
      const event = row && toEvent(row);
      if (event?.type !== 'brief.set' || event.payload.text === '') return null;
      return { ...event.payload, setAt: event.at };
    },
    summaries: (conversationId, limit) =>
      summaries.all(conversationId, limit).flatMap((row) => {
        const event = toEvent(row as EventRow);
        return event.type === 'summary.made' ? [{ seq: event.seq, ...event.payload }] : [];
      }),
    covered: (conversationId, { fromPosition, toPosition, limit }) =>
      covered.all(conversationId, fromPosition, toPosition, limit).map((row) => {
        const found = row as EventRow & { position: number };
        return { position: found.position, event: toEvent(found) };
      }),
  };
}

/** The id follows from the place of the event that pinned it. */
export const factIdOf = (pinnedSeq: number): FactId => `f${pinnedSeq}` as FactId;

function foldFacts(events: readonly RelayEvent[]): Fact[] {
  const facts = new Map<FactId, Fact>();
  for (const event of events) {
    if (event.type === 'fact.pinned' && event.conversationId) {
      const { seq, at: pinnedAt, conversationId, payload } = event;
      const id = factIdOf(seq);
      facts.set(id, { id, conversationId, ...payload, pinnedAt, editedAt: null });
    } else if (event.type === 'fact.edited') {
      const fact = facts.get(event.payload.factId);
      const { factId, text, by } = event.payload;
      if (fact) facts.set(factId, { ...fact, text, by, editedAt: event.at });
    } else if (event.type === 'fact.unpinned') {
      facts.delete(event.payload.factId);
    }
  }
  return [...facts.values()];
}
