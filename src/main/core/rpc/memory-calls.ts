import type { RelayEvent } from '#shared/events.ts';
import type { RpcOutput, RpcParsedInput, RpcResult } from '#shared/rpc.ts';
import type { Engine, Outcome } from '../engine/engine.ts';
import type { Memory } from '../memory/memory.ts';
import type { EventStore } from '../store/event-store.ts';
import { factIdOf } from '../store/memory-queries.ts';
import type { Queries } from '../store/queries.ts';

export interface MemoryCallsOptions {
  engine: Engine;
  store: EventStore;
  queries: Queries;
  memory: Memory;
  /** Runs a command; a store that cannot be written becomes a sentence for the owner. */
  attempt: (command: () => Outcome) => RpcResult<readonly RelayEvent[]>;
}

/** More summaries than a conversation of years has. */
const mostSummaries = 500;

/** The calls about what is kept for the supervisor: facts, briefs, summaries, search. */
export function createMemoryCalls({ engine, store, queries, memory, attempt }: MemoryCallsOptions) {
  const carryOut = (command: () => Outcome): RpcResult<Record<string, never>> => {
    const outcome = attempt(command);
    return outcome.ok ? { ok: true, value: {} } : outcome;
  };
  return {
    'events.search': (input: RpcParsedInput<'events.search'>) => {
      const found = queries.search(input);
      const events = found.map(({ event }) => event);
      const excerpts = found.map(({ excerpt }) => excerpt);
      return { ok: true as const, value: { events, excerpts } };
    },
    'facts.list': ({ conversationId }: RpcParsedInput<'facts.list'>) => ({
      ok: true as const,
      value: memory.facts(conversationId),
    }),
    'session.memory': ({
      sessionId,
    }: RpcParsedInput<'session.memory'>): RpcResult<RpcOutput<'session.memory'>> => {
      const session = engine.state.sessions.get(sessionId);
      if (!session) return notFound(`There is no session ${sessionId}. See: relay sessions`);
      const { conversationId } = session;
      const [brief, facts] = [memory.brief(sessionId), memory.facts(conversationId)];
      const summaries = queries.memory.summaries(conversationId, mostSummaries);
      return { ok: true, value: { conversationId, brief, facts, summaries } };
    },
    'summary.covered': ({
      seq,
      after,
      limit,
    }: RpcParsedInput<'summary.covered'>): RpcResult<RpcOutput<'summary.covered'>> => {
      const event = store.event(seq);
      if (event?.type !== 'summary.made' || !event.conversationId) {
        return notFound(`Event ${seq} is no summary.`);
      }
      const { fromPosition, toPosition } = event.payload;
      const found = queries.memory.covered(event.conversationId, {
        ...{ fromPosition: Math.max(fromPosition, after + 1), toPosition, limit },
      });
      const end = found.at(-1)?.position ?? toPosition;
      const summary = { seq, ...event.payload };
      const next = end < toPosition ? end : null;
      return { ok: true, value: { summary, events: found.map((row) => row.event), next } };
    },
    'facts.pin': ({
      conversationId,
      text,
    }: RpcParsedInput<'facts.pin'>): RpcResult<RpcOutput<'facts.pin'>> => {
      const about = { conversationId, sessionId: null, exchangeId: null };
      const outcome = attempt(() => memory.pin(about, text, 'owner'));
      if (!outcome.ok) return outcome;
      return { ok: true, value: { factId: factIdOf(outcome.value[0]?.seq ?? 0) } };
    },
    'facts.edit': ({ factId, text }: RpcParsedInput<'facts.edit'>) =>
      carryOut(() => memory.edit(factId, text)),
    'facts.unpin': ({ factId }: RpcParsedInput<'facts.unpin'>) =>
      carryOut(() => memory.unpin(factId)),
    'session.setBrief': ({ sessionId, text }: RpcParsedInput<'session.setBrief'>) =>
      carryOut(() => memory.setBrief(sessionId, text, 'owner')),
  };
}

const notFound = (message: string): RpcResult<never> => ({
  ok: false,
  error: { code: 'not-found', message },
});
