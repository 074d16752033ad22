import type { NewEvent } from '#shared/events.ts';
import type { CommandOf } from '../command.ts';
import type { DispatchState, RelayState } from '../state.ts';
import { type Decide, decided, nothingToDo } from './decision.ts';
import { newItem } from './item-events.ts';
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

/**
 * Relay ended while a session was being started for a word, and nothing tells whether it arrived. It
 * is not sent twice, and not lost either: the owner decides.
 */
export const doubtHandOver: Decide<CommandOf<'doubtHandOver'>> = (state, command) => {
  const { dispatchId, text } = command;
  const dispatch = state.dispatches.get(dispatchId);
  if (!dispatch) return nothingToDo;
  const about = subjectOf(state, dispatch);
  const name = state.sessions.get(dispatch.sessionId)?.title ?? dispatch.sessionId;
  const summary = `It is not known whether this word reached ${name}: Relay ended while the session was being started for it. Approve to send it again, dismiss if it has arrived.`;
  const details = { kind: 'draft', code: null, summary, proposal: text } as const;
  const reason = 'it is not known whether it arrived';
  return decided(
    { type: 'dispatch.withdrawn', ...about, payload: { dispatchId, reason } },
    newItem(state, about, { ...details, holds: true, stops: true }),
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
