import type { NewEvent } from '#shared/events.ts';
import type { SessionId } from '#shared/ids.ts';
import type { CommandOf } from '../command.ts';
import { openExchangesOf } from '../state.ts';
import { type Decide, decided, nothingToDo, refused } from './decision.ts';
import { releaseUnlessOwed } from './session-events.ts';

/** Switching a session off lets it go at once: what waits for the supervisor is only recorded. */
export const setAutonomy: Decide<CommandOf<'setAutonomy'>> = (state, command) => {
  const { sessionId, autonomy } = command;
  const session = state.sessions.get(sessionId);
  if (!session) return unknown(sessionId);
  if (session.autonomy === autonomy) return nothingToDo;
  const about = { sessionId, conversationId: session.conversationId };
  const events: NewEvent[] = [{ type: 'session.autonomy_set', ...about, payload: { autonomy } }];
  if (autonomy === 'off') {
    const waiting = openExchangesOf(state, sessionId).filter(
      ({ stage }) =>
        stage === 'queued' ||
        stage === 'waiting' ||
        stage === 'calling' ||
        stage === 'tools' ||
        stage === 'asking',
    );
    for (const { id: exchangeId } of waiting) {
      events.push({ type: 'exchange.closed', ...about, exchangeId, payload: { how: 'watched' } });
    }
    const closing = waiting.map(({ id }) => id);
    if (closing.length > 0) events.push(...releaseUnlessOwed(state, about, closing));
  }
  return decided(...events);
};

export const setMuted: Decide<CommandOf<'setMuted'>> = (state, { sessionId, muted }) => {
  const session = state.sessions.get(sessionId);
  if (!session) return unknown(sessionId);
  if (session.muted === muted) return nothingToDo;
  const { conversationId } = session;
  return decided({ type: 'session.muted', sessionId, conversationId, payload: { muted } });
};

/** What was said stays where it was said; from now on the session talks in another conversation. */
export const moveSession: Decide<CommandOf<'moveSession'>> = (state, command) => {
  const { sessionId, conversationId } = command;
  const session = state.sessions.get(sessionId);
  if (!session) return unknown(sessionId);
  if (session.conversationId === conversationId) return nothingToDo;
  return decided({
    type: 'session.moved',
    sessionId,
    conversationId: session.conversationId,
    payload: { conversationId },
  });
};

function unknown(sessionId: SessionId) {
  return refused('not-found', `There is no session ${sessionId}. See: relay sessions`);
}
