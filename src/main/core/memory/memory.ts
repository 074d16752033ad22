import type { ConversationId, ExchangeId, FactId, SessionId } from '#shared/ids.ts';
import type { Brief, Fact } from '#shared/models.ts';
import type { Refusal } from '../engine/decide/decision.ts';
import type { Engine, Outcome } from '../engine/engine.ts';
import type { Queries } from '../store/queries.ts';

/** All of it goes with every call, at the full price of its tokens. */
export const mostFacts = 50;
export const longestFact = 2_000;
export const longestBrief = 8_000;

type Author = Fact['by'];
interface Asker {
  sessionId: SessionId | null;
  conversationId: ConversationId;
  exchangeId: ExchangeId | null;
}

/** Facts and briefs: what the supervisor is to know at every call. */
export interface Memory {
  facts(conversationId: ConversationId): Fact[];
  brief(sessionId: SessionId): Brief | null;
  pin(about: Asker, text: string, by: Author): Outcome;
  /** By the owner: what he has edited is his word. */
  edit(factId: FactId, text: string): Outcome;
  unpin(factId: FactId): Outcome;
  /** An empty text takes the brief away. */
  setBrief(sessionId: SessionId, text: string, by: Author, exchangeId?: ExchangeId | null): Outcome;
}

export function createMemory({ engine, queries }: { engine: Engine; queries: Queries }): Memory {
  const known = (factId: FactId, work: (fact: Fact) => Outcome): Outcome => {
    const fact = queries.memory.fact(factId);
    if (fact) return work(fact);
    return no('not-found', `There is no pinned fact ${factId}. See: relay facts`);
  };

  return {
    facts: (conversationId) => queries.memory.facts(conversationId),
    brief: (sessionId) => queries.memory.brief(sessionId),
    pin(about, text, by) {
      const facts = queries.memory.facts(about.conversationId);
      const same = facts.find((fact) => fact.text === text);
      if (same) return no('conflict', `This is pinned already, as ${same.id}.`);
      if (facts.length >= mostFacts) {
        return no(
          'conflict',
          `There are ${mostFacts} pinned facts, and each goes with every call. Take one out first.`,
        );
      }
      return engine.execute({ kind: 'pinFact', ...about, text, by });
    },
    edit: (factId, text) =>
      known(factId, ({ conversationId }) =>
        engine.execute({ kind: 'editFact', conversationId, factId, text, by: 'owner' }),
      ),
    unpin: (factId) =>
      known(factId, ({ conversationId }) =>
        engine.execute({ kind: 'unpinFact', conversationId, factId }),
      ),
    setBrief: (sessionId, text, by, exchangeId = null) =>
      engine.execute({ kind: 'setBrief', sessionId, exchangeId, text, by }),
  };
}

const no = (code: Refusal['code'], message: string): Outcome => ({
  ok: false,
  refusal: { code, message },
});
