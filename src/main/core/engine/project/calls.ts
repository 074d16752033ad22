import type { EventPayload } from '#shared/events.ts';
import type { ExchangeState } from '../state.ts';
import { exchangeOf, numberOf, type Projectors } from './projector.ts';
import { spend } from './spend.ts';

/** Calls to the supervisor, and the tools it uses in them. */
export const callProjectors: Projectors = {
  'call.started': (state, event) => {
    const { callId, purpose, estimatedTokens } = event.payload;
    state.numbers.call = Math.max(state.numbers.call, numberOf(callId));
    const exchange = exchangeOf(state, event);
    // A summary that is prepared while the answer is under way is not what the exchange waits for.
    if (!exchange || exchange.stage === 'calling') return;
    exchange.stage = 'calling';
    exchange.callId = callId;
    exchange.retryAt = null;
    if (purpose === 'answer' && exchange.shrinks === 0) exchange.tooLongTokens = estimatedTokens;
  },
  'call.finished': (state, event) => {
    spend(state, event.at, event.sessionId, event.payload.costUsd);
    const exchange = exchangeOf(state, event);
    if (!exchange || exchange.callId !== event.payload.callId) return;
    exchange.stage = 'queued';
    exchange.callId = null;
    exchange.attempt = 0;
    exchange.firstFailedAt = null;
    exchange.fault = null;
    if (event.payload.purpose !== 'answer') return;
    exchange.shrinks = 0;
    exchange.lengthenings = 0;
  },
  'call.failed': (state, event) => {
    spend(state, event.at, event.sessionId, event.payload.costUsd);
    failCall(exchangeOf(state, event), event.at, event.payload);
  },
  'call.interrupted': (state, event) => {
    const exchange = exchangeOf(state, event);
    if (exchange?.callId !== event.payload.callId) return;
    exchange.stage = 'queued';
    exchange.callId = null;
  },
  tool_call: (state, event) => {
    const exchange = exchangeOf(state, event);
    const { toolUseId } = event;
    if (!exchange || toolUseId === null) return;
    const { name, callId } = event.payload;
    const isNewRound = [...exchange.tools.values()].every((tool) => tool.callId !== callId);
    if (isNewRound) exchange.rounds += 1;
    exchange.tools.set(toolUseId, { name, callId, itemId: null, answer: null });
    exchange.stage = 'tools';
  },
  tool_response: (state, event) => {
    const exchange = exchangeOf(state, event);
    if (!exchange || event.toolUseId === null) return;
    exchange.tools.delete(event.toolUseId);
    if (exchange.stage === 'tools' && exchange.tools.size === 0) exchange.stage = 'queued';
  },
  'verdict.given': (state, event) => {
    const exchange = exchangeOf(state, event);
    if (exchange) exchange.rounds = 0;
  },
};

function failCall(
  exchange: ExchangeState | undefined,
  at: number,
  payload: EventPayload<'call.failed'>,
): void {
  if (!exchange || exchange.callId !== payload.callId) return;
  exchange.callId = null;
  exchange.fault = payload.fault;
  exchange.retryAt = payload.retryAt;
  exchange.stage = payload.retryAt === null ? 'queued' : 'waiting';
  exchange.attempt += 1;
  exchange.firstFailedAt ??= at;
  if (payload.purpose !== 'answer') return;
  if (payload.fault.remedy === 'shrink') exchange.shrinks += 1;
  if (payload.fault.remedy === 'lengthen') exchange.lengthenings += 1;
}
