import { conversationEventTypes, type RelayEvent } from '#shared/events.ts';
import { localDay, localHour } from '#shared/local-day.ts';
import type { Usage } from '#shared/usage.ts';
import type { Database } from './database.ts';
import { factIdOf } from './memory-queries.ts';
import { createOutcomes } from './outcomes.ts';
import { createSpendTotals, type Spent } from './totals.ts';

/** Tables that follow from the events and nothing else; a rebuild empties and refills them. */
export const readModelTables = [
  'sessions',
  'entries',
  'conversations',
  'exchanges',
  'spend',
  'spend_totals',
  'items',
  'taken_files',
  'taken_ids',
  'rejected',
  'facts',
  'briefs',
  'outcomes',
  'outcome_totals',
  'scored',
  'corrections',
] as const;

/** Brings the read models up to one more event; called in the transaction that stores it. */
export type ApplyEvent = (event: RelayEvent) => void;

/** Of these the words are indexed; the same as in the view `searchable`. */
const searchedTypes: ReadonlySet<RelayEvent['type']> = new Set([
  ...conversationEventTypes,
  'summary.made',
]);

type Applier<T extends RelayEvent['type']> = (event: RelayEvent<T>) => void;

/** Prepares the statements once. */
export function createReadModels(db: Database): ApplyEvent {
  const run = prepare(db);
  const judge = createOutcomes(db);
  const addToTotals = createSpendTotals(db);

  const touch = (event: RelayEvent): void => {
    if (!event.sessionId) return;
    run.touchSession.run(event.sessionId, event.conversationId ?? 'default', event.at, event.at);
  };
  const positionPending = (event: RelayEvent): void => {
    if (!event.conversationId) return;
    const upTo = event.seq;
    run.addConversation.run(event.conversationId);
    for (const row of run.due.all(event.conversationId, event.exchangeId, upTo)) {
      // The statement selects exactly this column.
      const { seq } = row as { seq: number };
      run.advance.run(event.conversationId);
      run.position.run(event.conversationId, seq);
    }
  };
  const addEntry = (event: RelayEvent): void => {
    if (!event.conversationId) return;
    const { seq, conversationId, exchangeId, sessionId } = event;
    run.addEntry.run(seq, conversationId, exchangeId, sessionId);
  };
  const addPositioned = (event: RelayEvent): void => {
    if (!event.conversationId) return;
    addEntry(event);
    run.addConversation.run(event.conversationId);
    run.advance.run(event.conversationId);
    run.position.run(event.conversationId, event.seq);
  };
  const positionCall = (event: RelayEvent<'tool_response'>): void => {
    const { conversationId, exchangeId, toolUseId } = event;
    if (!conversationId) return;
    for (const row of run.callsOf.all(conversationId, exchangeId, toolUseId)) {
      // The statement selects exactly this column.
      const { seq } = row as { seq: number };
      run.addConversation.run(conversationId);
      run.advance.run(conversationId);
      run.position.run(conversationId, seq);
    }
  };
  const addSpent = (spent: Spent): void => {
    run.spend.run(spent);
    addToTotals(spent);
  };
  const spend = (event: RelayEvent<'call.finished' | 'call.failed'>): void => {
    const { usage, costUsd, purpose } = event.payload;
    if (!usage) return;
    addSpent(spentBy(event, usage, purpose));
    if (event.sessionId) run.addSessionCost.run(costUsd ?? 0, event.sessionId);
    if (event.exchangeId) run.addExchangeCost.run(costUsd ?? 0, event.exchangeId);
  };

  /** At the owner's wish: of the session it is about, but no cost of that session's own. */
  const spendAside = (
    event: RelayEvent<'replay.made' | 'proposal.made' | 'side_call.failed'>,
    purpose: string,
  ): void => {
    addSpent(spentBy(event, event.payload.usage, purpose));
  };

  const appliers: { [T in RelayEvent['type']]?: Applier<T> } = {
    'session.seen': (event) => {
      touch(event);
      const { title, cwd } = event.payload;
      run.describeSession.run(title, cwd, event.sessionId);
    },
    'session.moved': (event) => {
      run.moveSession.run(event.payload.conversationId, event.sessionId);
    },
    'envelope.accepted': (event) => {
      touch(event);
      const { fileKey, envelopeId } = event.payload;
      run.takeFile.run(fileKey, event.seq);
      if (envelopeId !== null) run.takeId.run(event.sessionId, envelopeId, event.seq);
    },
    'envelope.repeated': (event) => {
      run.takeFile.run(event.payload.fileKey, event.seq);
    },
    'envelope.rejected': (event) => {
      run.reject.run(event.seq, event.payload.name, event.payload.reason, event.at);
    },
    'exchange.opened': (event) => {
      touch(event);
      const { exchangeId, sessionId, conversationId, seq, at } = event;
      run.openExchange.run(exchangeId, sessionId, conversationId, event.payload.origin, seq, at);
      if (sessionId) run.countExchange.run(sessionId);
    },
    'exchange.closed': (event) => {
      run.closeExchange.run(event.at, event.payload.how, event.exchangeId);
    },
    user_message: (event) => {
      addEntry(event);
      if (event.payload.author === 'session' && event.sessionId) {
        run.lastWords.run(firstLine(event.payload.text), event.sessionId);
      }
    },
    agent_message: (event) => {
      // One that answers nothing that was asked here is part of an imported history.
      if (!event.exchangeId) positionPending(event);
      addPositioned(event);
    },
    // Placed with its response, so that nothing comes between the two, whoever speaks meanwhile.
    tool_call: addEntry,
    tool_response: (event) => {
      positionCall(event);
      addPositioned(event);
    },
    'summary.made': (event) => {
      if (!event.conversationId) return;
      run.addConversation.run(event.conversationId);
      run.summarise.run(event.seq, event.conversationId);
    },
    'fact.pinned': ({ seq, at, conversationId, payload }) => {
      run.pinFact.run(factIdOf(seq), seq, conversationId, payload.text, payload.by, at);
    },
    'fact.edited': ({ at, payload }) => {
      run.editFact.run(payload.text, payload.by, at, payload.factId);
    },
    'fact.unpinned': ({ payload }) => {
      run.unpinFact.run(payload.factId);
    },
    'brief.set': ({ at, sessionId, payload }) => {
      run.setBrief.run(sessionId, payload.text, payload.by, at);
    },
    'call.started': (event) => {
      if (event.payload.purpose === 'answer') positionPending(event);
    },
    'call.finished': spend,
    'call.failed': spend,
    'replay.made': (event) => spendAside(event, 'replay'),
    'proposal.made': (event) => spendAside(event, 'proposal'),
    'side_call.failed': (event) => spendAside(event, event.payload.purpose),
    'item.opened': (event) => {
      const { itemId, kind, code, summary, proposal, reasoning, holds } = event.payload;
      const { sessionId, conversationId, exchangeId, at } = event;
      run.openItem.run(
        ...[itemId, kind, code, sessionId, conversationId, exchangeId],
        ...[summary, proposal, reasoning, holds ? 1 : 0, at],
      );
    },
    'item.updated': (event) => {
      const { summary, code, itemId } = event.payload;
      run.updateItem.run(summary, code, itemId);
    },
    'item.settled': (event) => {
      const { how, via, itemId } = event.payload;
      run.settleItem.run(event.at, how, via, itemId);
    },
  };
  return (event) => {
    appliers[event.type]?.(event as never);
    judge(event);
    if (searchedTypes.has(event.type)) run.index.run(event.seq);
  };
}

function prepare(db: Database) {
  return {
    index: db.prepare(
      'INSERT INTO search (rowid, text, place) SELECT seq, text, place FROM searchable WHERE seq = ?',
    ),
    touchSession: db.prepare(
      `INSERT INTO sessions (id, conversation_id, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET last_seen_at = excluded.last_seen_at`,
    ),
    describeSession: db.prepare(
      'UPDATE sessions SET title = coalesce(?, title), cwd = coalesce(?, cwd) WHERE id = ?',
    ),
    moveSession: db.prepare('UPDATE sessions SET conversation_id = ? WHERE id = ?'),
    countExchange: db.prepare('UPDATE sessions SET exchanges = exchanges + 1 WHERE id = ?'),
    lastWords: db.prepare('UPDATE sessions SET last_words = ? WHERE id = ?'),
    addSessionCost: db.prepare('UPDATE sessions SET cost_usd = cost_usd + ? WHERE id = ?'),
    takeFile: db.prepare('INSERT OR IGNORE INTO taken_files VALUES (?, ?)'),
    takeId: db.prepare('INSERT OR IGNORE INTO taken_ids VALUES (?, ?, ?)'),
    reject: db.prepare('INSERT INTO rejected VALUES (?, ?, ?, ?)'),
    openExchange: db.prepare(
      `INSERT INTO exchanges (id, session_id, conversation_id, origin, opened_seq, opened_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    closeExchange: db.prepare('UPDATE exchanges SET closed_at = ?, how = ? WHERE id = ?'),
    addExchangeCost: db.prepare('UPDATE exchanges SET cost_usd = cost_usd + ? WHERE id = ?'),
    addEntry: db.prepare(
      `INSERT INTO entries (seq, conversation_id, exchange_id, title)
       VALUES (?, ?, ?, (SELECT title FROM sessions WHERE id = ?))`,
    ),
    addConversation: db.prepare('INSERT OR IGNORE INTO conversations (id) VALUES (?)'),
    advance: db.prepare('UPDATE conversations SET last_position = last_position + 1 WHERE id = ?'),
    position: db.prepare(
      `UPDATE entries SET position = (SELECT last_position FROM conversations WHERE id = ?)
       WHERE seq = ?`,
    ),
    callsOf: db.prepare(
      `SELECT entries.seq FROM entries JOIN events ON events.seq = entries.seq
       WHERE entries.conversation_id = ? AND entries.position IS NULL
         AND entries.exchange_id IS ? AND events.type = 'tool_call' AND events.tool_use_id IS ?`,
    ),
    due: db.prepare(pendingEntriesSql('entries.seq')),
    summarise: db.prepare('UPDATE conversations SET summary_seq = ? WHERE id = ?'),
    spend: db.prepare(
      `INSERT INTO spend VALUES (@day, @session, @model, @purpose, 1, @input, @output, @cacheRead,
         @cacheWrite5m, @cacheWrite1h, @cost, @saved, @unpriced, @estimated)
       ON CONFLICT DO UPDATE SET calls = calls + 1, input = input + excluded.input,
         output = output + excluded.output, cache_read = cache_read + excluded.cache_read,
         cache_write_5m = cache_write_5m + excluded.cache_write_5m,
         cache_write_1h = cache_write_1h + excluded.cache_write_1h,
         cost_usd = cost_usd + excluded.cost_usd, saved_usd = saved_usd + excluded.saved_usd,
         unpriced_calls = unpriced_calls + excluded.unpriced_calls,
         estimated_usd = estimated_usd + excluded.estimated_usd`,
    ),
    pinFact: db.prepare(
      `INSERT INTO facts (id, pinned_seq, conversation_id, text, "by", pinned_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    editFact: db.prepare('UPDATE facts SET text = ?, "by" = ?, edited_at = ? WHERE id = ?'),
    unpinFact: db.prepare('DELETE FROM facts WHERE id = ?'),
    setBrief: db.prepare('INSERT OR REPLACE INTO briefs VALUES (?, ?, ?, ?)'),
    openItem: db.prepare(
      `INSERT INTO items (id, kind, code, session_id, conversation_id, exchange_id, summary,
         proposal, reasoning, holds, opened_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    updateItem: db.prepare('UPDATE items SET summary = ?, code = ? WHERE id = ?'),
    settleItem: db.prepare('UPDATE items SET settled_at = ?, how = ?, via = ? WHERE id = ?'),
  };
}

/**
 * The entries that become part of the conversation when an exchange is called: its own, those of no
 * exchange, and those of exchanges that are over without having been called. What other open
 * exchanges said waits for their own turn. Parameters: conversation, exchange, last seq.
 *
 * `+?`: of two indexes that fit, SQLite (with STAT4) chooses by the value, and so prepares the statement
 * anew at every use. Both would do; behind the plus it does not look.
 */
export function pendingEntriesSql(columns: string): string {
  return `SELECT ${columns} FROM entries
    LEFT JOIN exchanges ON exchanges.id = entries.exchange_id
    JOIN events ON events.seq = entries.seq
    WHERE entries.conversation_id = +? AND entries.position IS NULL
      AND (entries.exchange_id IS NULL OR entries.exchange_id = ? OR exchanges.closed_at IS NOT NULL)
      AND entries.seq <= ? AND events.type <> 'tool_call'
    ORDER BY entries.seq`;
}

type Paid = 'call.finished' | 'call.failed' | 'replay.made' | 'proposal.made' | 'side_call.failed';

function spentBy(
  { at, sessionId, payload }: RelayEvent<Paid>,
  usage: Usage,
  purpose: string,
): Spent {
  const { model, costUsd, savedByCacheUsd, isEstimate } = payload;
  const cost = costUsd ?? 0;
  return {
    ...usage,
    ...{ day: localDay(at), hour: localHour(at), session: sessionId ?? '', model, purpose },
    ...{ cost, estimated: isEstimate ? cost : 0, saved: savedByCacheUsd },
    unpriced: costUsd === null ? 1 : 0,
  };
}

function firstLine(text: string): string {
  const line = text.trimStart().split('\n', 1)[0] ?? '';
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
