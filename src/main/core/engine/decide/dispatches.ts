import type { NewEvent } from '#shared/events.ts';
import type { CommandOf } from '../command.ts';
import type { DispatchState, RelayState } from '../state.ts';
import { type Decide, decided, nothingToDo } from './decision.ts';
import { undeliveredNote } from './session-events.ts';

export const markWritten: Decide<CommandOf<'markWritten'>> = (state, { dispatchId }) => {
  const dispatch = state.dispatches.get(dispatchId);
  if (dispatch?.stage !== 'queued') return nothingToDo;
  return decided({
    type: 'dispatch.written',
    ...subjectOf(state, dispatch),
    payload: { dispatchId },
  });
};

export const markClaimed: Decide<CommandOf<'markClaimed'>> = (state, { dispatchId }) => {
  const dispatch = state.dispatches.get(dispatchId);
  if (!dispatch) return nothingToDo;
  const about = subjectOf(state, dispatch);
  return decided(
    { type: 'dispatch.claimed', ...about, payload: { dispatchId } },
    ...closeExchange(state, dispatch, 'delivered'),
  );
};

export const markWithdrawn: Decide<CommandOf<'markWithdrawn'>> = (state, command) => {
  const { dispatchId, reason } = command;
  const dispatch = state.dispatches.get(dispatchId);
  if (!dispatch) return nothingToDo;
  const about = subjectOf(state, dispatch);
  const { sessionId, conversationId } = about;
  return decided(
    { type: 'dispatch.withdrawn', ...about, payload: { dispatchId, reason } },
    undeliveredNote({ sessionId, conversationId }),
    ...closeExchange(state, dispatch, 'withdrawn'),
  );
};

export const markReleased: Decide<CommandOf<'markReleased'>> = (state, { sessionId }) => {
  const session = state.sessions.get(sessionId);
  if (!session?.releaseDue) return nothingToDo;
  const { conversationId } = session;
  return decided({ type: 'session.release_written', sessionId, conversationId, payload: {} });
};

function closeExchange(
  state: RelayState,
  { id, exchangeId }: DispatchState,
  how: 'delivered' | 'withdrawn',
): NewEvent[] {
  const exchange = exchangeId ? state.exchanges.get(exchangeId) : undefined;
  if (!exchange || exchange.dispatchId !== id) return [];
  const { sessionId, conversationId } = exchange;
  return [{ type: 'exchange.closed', sessionId, conversationId, exchangeId, payload: { how } }];
}

function subjectOf(state: RelayState, { sessionId, exchangeId }: DispatchState) {
  const conversationId = state.sessions.get(sessionId)?.conversationId ?? null;
  return { sessionId, conversationId, exchangeId };
}
