import { expect } from 'vitest';
import type { RelayEvent } from '#shared/events.ts';
import type { ExchangeId, SessionId } from '#shared/ids.ts';
import { createMemory } from '../../memory/memory.ts';
import { createScoreCalls, statsOf } from '../../rpc/score-calls.ts';
import type { EngineDesk } from './engine-desk.ts';
import { conversation } from './pure-relay.ts';

/** What the owner keeps and what he says of decisions, by the calls that the interface makes. */
export class RandomMemory {
  readonly desk: EngineDesk;

  constructor(desk: EngineDesk) {
    this.desk = desk;
  }

  /** Facts and briefs come, change and go. */
  remember(sessionId: SessionId, n: number, m: number): void {
    const { engine, queries } = this.desk;
    const memory = createMemory({ engine, queries });
    const known = engine.state.sessions.get(sessionId);
    const conversationId = known?.conversationId ?? conversation('default');
    const facts = memory.facts(conversationId);
    const fact = facts[m % Math.max(1, facts.length)];
    const by = m % 2 ? 'owner' : 'supervisor';
    if (n < 3) {
      memory.pin({ sessionId: null, conversationId, exchangeId: null }, `Fact ${m}.`, by);
    } else if (n < 5) memory.setBrief(sessionId, m === 0 ? '' : `Brief ${m}.`, by);
    else if (fact && n < 7) memory.edit(fact.id, `Edited ${m}.`);
    else if (fact) memory.unpin(fact.id);
  }

  score(n: number, m: number): void {
    const { engine, queries, published } = this.desk;
    const exchanges = published.flatMap(({ type, exchangeId }) =>
      type === 'exchange.opened' && exchangeId ? [exchangeId] : [],
    );
    // The newest: older ones have been scored before.
    const exchangeId = exchanges.at(-1 - (n % Math.max(1, exchanges.length)));
    if (!exchangeId) return;
    const calls = createScoreCalls({
      ...{ queries, now: () => this.desk.now, drives: { lesson: () => undefined } },
      attempt(commands) {
        const events: RelayEvent[] = [];
        for (const outcome of engine.executeAll(commands)) {
          if (!outcome.ok) return { ok: false, error: outcome.refusal };
          events.push(...outcome.events);
        }
        return { ok: true, value: events };
      },
    });
    const score = (['wrong', 'needless', 'fine', null] as const)[m % 4] ?? null;
    calls['exchange.score']({ exchangeId, score });
  }

  /** What is shown is what the events say. */
  check(): void {
    const { engine, queries, published } = this.desk;
    const { memory, outcomes } = queries;
    const all = Number.MAX_SAFE_INTEGER;
    for (const { id, conversationId } of engine.state.sessions.values()) {
      expect(memory.facts(conversationId)).toEqual(memory.factsBefore(conversationId, all));
      expect(memory.brief(id)).toEqual(memory.briefBefore(id, all));
    }
    const { total } = statsOf(outcomes.totals());
    expect(total.repliesWrong).toBe(lastScores(published, 'reply.scored', 'wrong'));
    expect(total.escalationsNeedless).toBe(lastScores(published, 'escalation.scored', 'needless'));
    expect(total.repliesWrong + total.repliesFine).toBeLessThanOrEqual(total.replies);
    expect(total.escalationsNeedless + total.escalationsFine).toBeLessThanOrEqual(
      total.escalations,
    );
  }
}

/** How many exchanges have this as their last score. */
function lastScores(
  events: readonly RelayEvent[],
  type: 'reply.scored' | 'escalation.scored',
  wanted: string,
): number {
  const last = new Map<ExchangeId, string | null>();
  for (const event of events) {
    if (event.type !== type || !event.exchangeId) continue;
    last.set(event.exchangeId, event.payload.score);
  }
  return [...last.values()].filter((score) => score === wanted).length;
}
