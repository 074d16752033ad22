import type { RelayEvent } from '#shared/events.ts';
import type { RelayState } from '../state.ts';
import { numberOf, type Projectors } from './projector.ts';

export const exchangeProjectors: Projectors = {
  'exchange.opened': openExchange,
  'exchange.closed': (state, event) => {
    if (event.exchangeId) state.exchanges.delete(event.exchangeId);
  },
};

function openExchange(state: RelayState, event: RelayEvent<'exchange.opened'>): void {
  const { exchangeId, conversationId } = event;
  if (!exchangeId || !conversationId) return;
  state.numbers.exchange = Math.max(state.numbers.exchange, numberOf(exchangeId));
  state.exchanges.set(exchangeId, {
    id: exchangeId,
    sessionId: event.sessionId,
    conversationId,
    origin: event.payload.origin,
    openedAt: event.at,
    stage: 'queued',
    callId: null,
    attempt: 0,
    firstFailedAt: null,
    retryAt: null,
    fault: null,
    shrinks: 0,
    tooLongTokens: 0,
    lengthenings: 0,
    itemId: null,
    dispatchId: null,
    tools: new Map(),
    rounds: 0,
    saidKey: event.payload.saidKey,
  });
  state.lastConversationId = conversationId;
  // Whoever waited has spoken again and waits anew: a release that was owed would end that wait.
  const session = event.sessionId ? state.sessions.get(event.sessionId) : undefined;
  if (session) session.releaseDue = false;
}
