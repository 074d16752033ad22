import type { RelayEvent } from '#shared/events.ts';
import type { ConversationId, ExchangeId, SessionId } from '#shared/ids.ts';
import type { Usage } from '#shared/usage.ts';
import { createBus } from '../src/main/core/engine/bus.ts';
import type { Command } from '../src/main/core/engine/command.ts';
import type { Policy } from '../src/main/core/engine/decide/decision.ts';
import { createEngine, type Engine } from '../src/main/core/engine/engine.ts';
import { type Database, openDatabase } from '../src/main/core/store/database.ts';
import { createEventStore, type EventStore } from '../src/main/core/store/event-store.ts';
import { createQueries, type Queries } from '../src/main/core/store/queries.ts';
import { chanceFrom, sourceWords } from './words.ts';

/** A store with the engine on it and nothing else: what happens is what the bench says. */
export interface History {
  db: Database;
  store: EventStore;
  queries: Queries;
  engine: Engine;
  /** Epoch milliseconds: the clock of store and engine. */
  now: number;
  /** One exchange from the session's word to the reply it takes. */
  exchange(place: Place): void;
  /** The session's word only. */
  open(place: Place): ExchangeId;
  /** Everything so far becomes the summary of a conversation. */
  summarise(project: string): void;
  close(): void;
}

export interface Place {
  session: string;
  project: string;
}

// Their brands ask for texts of this form.
export const sessionOf = (name: string): SessionId => name as SessionId;
export const conversationOf = (project: string): ConversationId =>
  `/projects/${project}` as ConversationId;

export const model = 'claude-sonnet-5-5';

/** Nothing stops a session. */
export const easyPolicy: Policy = {
  ...{ conversationScope: 'project', autonomy: 'auto', holdAll: false },
  ...{ budgetPerDayUsd: null, budgetPerSessionUsd: null },
  ...{ exchangesWithoutOwner: null, pingPongRepeats: null },
  ...{ firstWaitMs: 1000, longestWaitMs: 60_000, tellOwnerAfterMs: 120_000, recheckMs: 300_000 },
  asksPermissions: true,
};
const usage: Usage = {
  input: 20,
  output: 90,
  cacheRead: 21_000,
  cacheWrite5m: 400,
  cacheWrite1h: 0,
};
const charactersPerToken = 4;

/** What the intake makes of a session's file. */
export function envelopeOf(
  { session, project }: Place,
  text: string,
  name: string,
): Extract<Command, { kind: 'acceptEnvelope' }> {
  return {
    kind: 'acceptEnvelope',
    sessionId: sessionOf(session),
    facts: {
      ...{ name, fileKey: `${session} ${name}`, envelopeId: null, sentAt: null },
      ...{ sizeBytes: text.length, title: `Work of ${session}`, cwd: `/projects/${project}` },
      ...{ source: 'claude-code', meta: {}, extra: {}, hookEvent: 'Stop' },
      ...{ projectRoot: `/projects/${project}`, claudePid: null, attended: null },
    },
    word: { kind: 'said', text, saidKey: `said ${name}` },
  };
}

/** Opens a store, new or not. The same words at every run. */
export async function openHistory(file: string, startAt: number): Promise<History> {
  const db = await openDatabase(file);
  let now = startAt;
  const store = createEventStore(db, undefined, () => now);
  const queries = createQueries(db);
  const chance = chanceFrom(12_345 + store.lastSeq());
  const words = sourceWords(chance);
  const engine = createEngine({
    ...{ store, policy: () => easyPolicy, now: () => now },
    bus: createBus((error) => {
      throw error;
    }),
  });
  const does = (command: Command): RelayEvent[] => {
    const outcome = engine.execute(command);
    if (!outcome.ok) throw new Error(`${command.kind}: ${outcome.refusal.message}`);
    return outcome.events;
  };
  /** As the token counter does. */
  const count = (events: readonly RelayEvent[]) => {
    for (const { seq, type, payload } of events) {
      if (type !== 'user_message' && type !== 'agent_message') continue;
      store.setTokens(seq, Math.ceil(payload.text.length / charactersPerToken));
    }
  };

  const history: History = {
    ...{ db, store, queries, engine },
    get now() {
      return now;
    },
    set now(at) {
      now = at;
    },
    open({ session, project }) {
      const text = words(200 + Math.floor(chance() ** 2 * 3000));
      const events = does(envelopeOf({ session, project }, text, `${store.lastSeq()}.json`));
      count(events);
      return only(only(events.find(({ type }) => type === 'exchange.opened')).exchangeId);
    },
    exchange(place) {
      const exchangeId = history.open(place);
      const seq = store.lastSeq();
      const started = does({
        ...{ kind: 'startCall', exchangeId, purpose: 'answer', model, maxTokens: 8000 },
        ...{ fromSeq: Math.max(1, seq - 500), toSeq: seq, estimatedTokens: 21_400 },
      });
      const { callId } = only(started.find((event) => event.type === 'call.started')).payload;
      const text = words(80 + Math.floor(chance() ** 2 * 800));
      const finished = does({
        ...{ kind: 'finishCall', callId, exchangeId, purpose: 'answer', model, usage },
        ...{ durationMs: 4200, costUsd: 0.0064, savedByCacheUsd: 0.04, stopReason: 'end_turn' },
        ...{ requestId: 'req_bench', firstTextMs: 900, verdict: { kind: 'reply', text } },
      });
      count(finished);
      const queued = finished.find((event) => event.type === 'dispatch.queued');
      const { dispatchId } = only(queued).payload;
      does({ kind: 'markWritten', dispatchId });
      does({ kind: 'markClaimed', dispatchId });
    },
    summarise(project) {
      const conversationId = conversationOf(project);
      const { entries } = queries.window(conversationId, null);
      const [first, last] = [entries[0], entries.at(-1)];
      if (!first || !last) return;
      does({
        ...{ kind: 'recordSummary', conversationId, method: 'supervisor', text: words(4000) },
        ...{ fromPosition: first.position, toPosition: last.position, events: entries.length },
        ...{ fromAt: first.at, toAt: last.at },
      });
    },
    close: () => db.close(),
  };
  return history;
}

/** What is there, or else the bench is wrong. */
function only<T>(found: T | null | undefined): T {
  if (found === null || found === undefined)
    throw new Error('an event was expected and is not there');
  return found;
}
