import type { RelayEvent } from '#shared/events.ts';
import type { ConversationId, ExchangeId, SessionId } from '#shared/ids.ts';
import { localDay } from '#shared/local-day.ts';
import type { OutcomeCounts, OutcomeRow } from '#shared/models.ts';
import type { Database } from './database.ts';

/** What of an exchange the owner can score, and how he has. */
export interface Scorable {
  of: 'reply' | 'escalation';
  score: string | null;
  sessionId: SessionId | null;
  conversationId: ConversationId | null;
}

export interface Correction {
  exchangeId: ExchangeId;
  kind: 'wrong' | 'needless' | 'edited';
  seq: number;
}

export interface OutcomeTotal extends OutcomeCounts {
  /** A day, session or model; empty for the one line of `all`. */
  key: string;
}

/** Kept as it happens, so that a look costs the same at any history. */
export interface OutcomeTotals {
  all: OutcomeTotal | undefined;
  /** The busiest hundred. */
  sessions: OutcomeTotal[];
  models: OutcomeTotal[];
  /** The last 30 days on which something happened, the oldest first. */
  days: OutcomeTotal[];
}

export interface OutcomeQueries {
  /** From a day (YYYY-MM-DD) on. */
  rows(firstDay: string): OutcomeRow[];
  totals(): OutcomeTotals;
  ofExchange(exchangeId: ExchangeId): Scorable[];
  /** After an event, the newest first. */
  corrections(after: number, limit: number): Correction[];
  /** The last correction that the standing instructions have learnt from; 0: none. */
  learntUpTo(): number;
}

export function createOutcomeQueries(db: Database): OutcomeQueries {
  const counts = `replies, replies_wrong AS repliesWrong, replies_fine AS repliesFine, escalations,
    escalations_needless AS escalationsNeedless, escalations_fine AS escalationsFine, finishes,
    drafts_approved AS draftsApproved, drafts_edited AS draftsEdited, drafts_dropped AS draftsDropped`;
  const rows = db.prepare(
    `SELECT day, session_id AS session, model, ${counts} FROM outcomes
     WHERE day >= ? ORDER BY day, session_id, model`,
  );
  const total = (rest: string) =>
    db.prepare(`SELECT "key", ${counts} FROM outcome_totals WHERE ${rest}`);
  const all = total(`dimension = 'all'`);
  const sessions = total(`dimension = 'session' ORDER BY replies + escalations DESC LIMIT 100`);
  const models = total(`dimension = 'model' ORDER BY replies + escalations DESC`);
  const days = total(`dimension = 'day' ORDER BY "key" DESC LIMIT 30`);
  const ofExchange = db.prepare(
    `SELECT scored.subject AS "of", scored.score, nullif(scored.session_id, '') AS sessionId,
       exchanges.conversation_id AS conversationId
     FROM scored JOIN exchanges ON exchanges.id = scored.exchange_id
     WHERE scored.exchange_id = ? ORDER BY scored.subject`,
  );
  const corrections = db.prepare(
    'SELECT exchange_id AS exchangeId, kind, seq FROM corrections WHERE seq > ? ORDER BY seq DESC LIMIT ?',
  );
  const learntUpTo = db
    .prepare(
      `SELECT proposal.payload ->> 'upTo' FROM events AS applied
       JOIN events AS proposal ON proposal.seq = applied.payload ->> 'proposalSeq'
       WHERE applied.type = 'proposal.applied' ORDER BY applied.seq DESC LIMIT 1`,
    )
    .pluck();
  // The rows have the columns their statements name; better-sqlite3 cannot type that.
  return {
    rows: (firstDay) => rows.all(firstDay) as OutcomeRow[],
    totals: () => ({
      all: all.get() as OutcomeTotal | undefined,
      sessions: sessions.all() as OutcomeTotal[],
      models: models.all() as OutcomeTotal[],
      days: (days.all() as OutcomeTotal[]).reverse(),
    }),
    ofExchange: (exchangeId) => ofExchange.all(exchangeId) as Scorable[],
    learntUpTo: () => (learntUpTo.get() as number | undefined) ?? 0,
    corrections: (after, limit) => corrections.all(after, limit) as Correction[],
  };
}

/** Counters of the table `outcomes`. */
const counters = [
  'replies',
  'replies_wrong',
  'replies_fine',
  'escalations',
  'escalations_needless',
  'escalations_fine',
  'finishes',
  'drafts_approved',
  'drafts_edited',
  'drafts_dropped',
] as const;
type Counter = (typeof counters)[number];

interface Place {
  day: string;
  session: string;
  model: string;
}

/** Keeps count of what the supervisor did and of what the owner made of it. */
export function createOutcomes(db: Database): (event: RelayEvent) => void {
  const run = prepare(db);

  const exchangeOf = (event: RelayEvent) =>
    // The statement's own columns.
    run.exchange.get(event.exchangeId) as { model: string; drafted: number } | undefined;
  const placeOf = (event: RelayEvent): Place => ({
    day: localDay(event.at),
    session: event.sessionId ?? '',
    model: exchangeOf(event)?.model ?? '',
  });
  const count = (counter: Counter, { day, session, model }: Place, by = 1): void => {
    run.count[counter].run(day, session, model, by);
    for (const [dimension, key] of Object.entries({ all: '', day, session, model })) {
      run.total[counter].run(dimension, key, by);
    }
  };
  const countScorable = (event: RelayEvent, subject: 'reply' | 'escalation'): void => {
    const place = placeOf(event);
    count(subject === 'reply' ? 'replies' : 'escalations', place);
    run.addScorable.run(event.exchangeId, subject, place.day, place.session, place.model);
  };
  const settleDraft = (event: RelayEvent<'item.settled'>): void => {
    const { itemId, how } = event.payload;
    if (run.kindOf.get(itemId) !== 'draft' || exchangeOf(event)?.drafted === 2) return;
    if (how === 'approved') count('drafts_approved', placeOf(event));
    else if (how === 'dismissed' || how === 'answered') count('drafts_dropped', placeOf(event));
  };
  const score = (
    event: RelayEvent<'reply.scored' | 'escalation.scored'>,
    subject: 'reply' | 'escalation',
  ): void => {
    const kind = subject === 'reply' ? 'wrong' : 'needless';
    const counterOf = (given: string): Counter =>
      given === 'fine' ? `${pluralOf[subject]}_fine` : badCounter[subject];
    // The statement's own columns.
    const found = run.scorable.get(event.exchangeId, subject) as
      | (Place & { score: string | null })
      | undefined;
    if (!found) return;
    const { score: given } = event.payload;
    if (found.score !== null) count(counterOf(found.score), found, -1);
    if (given !== null) count(counterOf(given), found);
    run.score.run(given, event.exchangeId, subject);
    run.forget.run(event.exchangeId, kind);
    if (given === kind) run.correct.run(event.exchangeId, kind, event.seq);
  };

  return (event) => {
    if (!event.exchangeId) return;
    switch (event.type) {
      case 'agent_message':
        return void run.answered.run(event.payload.model, event.exchangeId);
      case 'verdict.given':
        if (event.payload.verdict.kind === 'escalate') countScorable(event, 'escalation');
        if (event.payload.verdict.kind === 'finish') count('finishes', placeOf(event));
        return;
      case 'item.opened':
        if (event.payload.kind === 'draft') run.drafted.run(1, event.exchangeId);
        return;
      case 'dispatch.queued':
        if (event.payload.origin === 'supervisor' && exchangeOf(event)?.drafted === 0) {
          countScorable(event, 'reply');
        }
        return;
      case 'draft.edited':
        run.drafted.run(2, event.exchangeId);
        count('drafts_edited', placeOf(event));
        return void run.correct.run(event.exchangeId, 'edited', event.seq);
      case 'item.settled':
        return settleDraft(event);
      case 'reply.scored':
        return score(event, 'reply');
      case 'escalation.scored':
        return score(event, 'escalation');
    }
  };
}

const pluralOf = { reply: 'replies', escalation: 'escalations' } as const;
const badCounter = { reply: 'replies_wrong', escalation: 'escalations_needless' } as const;

function prepare(db: Database) {
  const countBy = (counter: Counter) =>
    db.prepare(
      `INSERT INTO outcomes (day, session_id, model, ${counter}) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${counter} = ${counter} + excluded.${counter}`,
    );
  const totalBy = (counter: Counter) =>
    db.prepare(
      `INSERT INTO outcome_totals (dimension, "key", ${counter}) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET ${counter} = ${counter} + excluded.${counter}`,
    );
  // Every counter is a key, since the list of them makes the entries.
  const byCounter = (prepareFor: typeof countBy) =>
    Object.fromEntries(counters.map((counter) => [counter, prepareFor(counter)])) as Record<
      Counter,
      ReturnType<typeof countBy>
    >;
  return {
    count: byCounter(countBy),
    total: byCounter(totalBy),
    exchange: db.prepare(
      "SELECT coalesce(model, '') AS model, drafted FROM exchanges WHERE id = ?",
    ),
    answered: db.prepare('UPDATE exchanges SET model = ?, drafted = 0 WHERE id = ?'),
    drafted: db.prepare('UPDATE exchanges SET drafted = ? WHERE id = ?'),
    kindOf: db.prepare('SELECT kind FROM items WHERE id = ?').pluck(),
    // What has been scored already keeps its place, where the score counts.
    addScorable: db.prepare(
      `INSERT INTO scored (exchange_id, subject, day, session_id, model) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET day = excluded.day, model = excluded.model
         WHERE scored.score IS NULL`,
    ),
    scorable: db.prepare(
      `SELECT day, session_id AS session, model, score FROM scored
       WHERE exchange_id = ? AND subject = ?`,
    ),
    score: db.prepare('UPDATE scored SET score = ? WHERE exchange_id = ? AND subject = ?'),
    correct: db.prepare('INSERT OR REPLACE INTO corrections VALUES (?, ?, ?)'),
    forget: db.prepare('DELETE FROM corrections WHERE exchange_id = ? AND kind = ?'),
  };
}
