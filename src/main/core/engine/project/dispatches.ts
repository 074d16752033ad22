import { type ExchangeState, pairKey, type SessionState } from '../state.ts';
import { exchangeOf, numberOf, type Projectors, sessionOf } from './projector.ts';

export const dispatchProjectors: Projectors = {
  'dispatch.queued': (state, event) => {
    const { dispatchId, origin } = event.payload;
    state.numbers.dispatch = Math.max(state.numbers.dispatch, numberOf(dispatchId));
    const session = sessionOf(state, event);
    state.dispatches.set(dispatchId, {
      id: dispatchId,
      sessionId: session.id,
      exchangeId: event.exchangeId,
      origin,
      seq: event.seq,
      stage: 'queued',
      queuedAt: event.at,
      writtenAt: null,
      withdrawDue: false,
    });
    session.releaseDue = false;
    if (origin === 'owner') session.exchangesSinceOwner = 0;
    const exchange = exchangeOf(state, event);
    if (exchange) {
      exchange.stage = 'dispatching';
      exchange.dispatchId = dispatchId;
      if (origin === 'supervisor') countPair(session, exchange, event.payload.text);
    }
  },
  'dispatch.written': (state, event) => {
    const dispatch = state.dispatches.get(event.payload.dispatchId);
    if (!dispatch) return;
    dispatch.stage = 'written';
    dispatch.writtenAt = event.at;
  },
  'dispatch.claimed': (state, event) => {
    state.dispatches.delete(event.payload.dispatchId);
    sessionOf(state, event).busy = true;
  },
  'dispatch.withdrawn': (state, event) => {
    const { dispatchId } = event.payload;
    state.dispatches.delete(dispatchId);
    const exchange = exchangeOf(state, event);
    if (exchange?.dispatchId !== dispatchId) return;
    exchange.dispatchId = null;
    if (exchange.stage === 'dispatching') exchange.stage = 'queued';
  },
};

/** Counts how often the same words met the same answer, one after the other. */
function countPair(session: SessionState, exchange: ExchangeState, reply: string): void {
  const key = pairKey(exchange, reply);
  session.lastPair =
    session.lastPair.key === key
      ? { key, repeats: session.lastPair.repeats + 1 }
      : { key, repeats: 1 };
}
