import type { ConversationId, ExchangeId, SessionId } from '#shared/ids.ts';
import type { SideCall } from '#shared/models.ts';
import type { RpcError } from '#shared/rpc.ts';
import type { Price } from '../conversation/call-record.ts';
import type { Policy } from '../engine/decide/decision.ts';
import { isDayBudgetSpent } from '../engine/decide/guards.ts';
import type { Engine } from '../engine/engine.ts';
import type { Supervisor, SupervisorAnswer, SupervisorRequest } from '../supervisor/supervisor.ts';

export interface SideCallerOptions {
  engine: Engine;
  supervisor: Supervisor;
  price: Price;
  policy: () => Policy;
  now?: () => number;
}

export type SideCallPurpose = 'replay' | 'proposal';

/** What a call beside the conversations is about; it changes none of it. */
export interface SideCallSubject {
  sessionId: SessionId | null;
  conversationId: ConversationId | null;
  exchangeId: ExchangeId | null;
}

type Answered = { ok: true; call: SideCall } | { ok: false; error: RpcError };

/** Asks the supervisor something that no session waits for, at the owner's wish. */
export interface SideCaller {
  /** What a failed call has cost all the same is recorded here; of an answer the caller records it. */
  ask(
    purpose: SideCallPurpose,
    about: SideCallSubject,
    request: SupervisorRequest,
  ): Promise<Answered>;
  /** Ends what is under way. */
  stop(): void;
}

type Priced = Pick<SupervisorAnswer, 'model' | 'usage' | 'hasNoUsage'>;

export function createSideCaller(options: SideCallerOptions): SideCaller {
  const { engine, supervisor, price, policy, now = Date.now } = options;
  const stopping = new AbortController();
  const priceOf = ({ model, usage, hasNoUsage }: Priced) =>
    hasNoUsage ? { costUsd: null, savedByCacheUsd: 0 } : price(model, usage);

  return {
    async ask(purpose, about, request) {
      if (engine.state.paused) return no('Relay is paused, so nothing is asked. Resume first.');
      if (isDayBudgetSpent(engine.state, now(), policy())) {
        return no("Today's budget is spent. Allow more in the inbox or in the settings first.");
      }
      const startedAt = now();
      const outcome = await supervisor.answer(request, () => {}, stopping.signal);
      if (stopping.signal.aborted) return no('Relay was stopped meanwhile. Ask again.');
      const durationMs = now() - startedAt;
      const estimate = outcome.isEstimate ? { isEstimate: true } : {};
      if (outcome.ok && outcome.kind === 'answer') {
        const { text, verdict, usage, model, stopReason } = outcome.answer;
        const cost = { ...priceOf(outcome.answer), ...estimate };
        return { ok: true, call: { text, verdict, model, usage, ...cost, stopReason, durationMs } };
      }
      const { usage, model = request.model } = outcome.ok ? outcome.answer : outcome;
      const unknown =
        outcome.ok && outcome.answer.hasNoUsage ? ({ hasNoUsage: true } as const) : {};
      const message = outcome.ok
        ? 'It asked for tools that were not offered.'
        : outcome.fault.message;
      if (usage) {
        const cost = { ...priceOf({ model, usage, ...unknown }), ...estimate };
        const payload = { purpose, model, usage, ...cost, message, durationMs };
        engine.execute({ kind: 'recordSideCallFailure', ...about, payload });
      }
      return no(message);
    },
    stop: () => stopping.abort(),
  };
}

const no = (message: string): Answered => ({ ok: false, error: { code: 'unavailable', message } });
