import type { CommandOf } from '../command.ts';
import { type Decide, decided, refused } from './decision.ts';

/**
 * What is kept for the supervisor beside the conversation. No decision is made from it, so it is not
 * part of the state; that a fact exists is checked by whoever gives the command.
 */
export const pinFact: Decide<CommandOf<'pinFact'>> = (_state, command) => {
  const { conversationId, sessionId, exchangeId, text, by } = command;
  const about = { conversationId, sessionId, exchangeId };
  return decided({ type: 'fact.pinned', ...about, payload: { text, by } });
};

export const editFact: Decide<CommandOf<'editFact'>> = (_state, command) => {
  const { conversationId, factId, text, by } = command;
  return decided({ type: 'fact.edited', conversationId, payload: { factId, text, by } });
};

export const unpinFact: Decide<CommandOf<'unpinFact'>> = (_state, { conversationId, factId }) =>
  decided({ type: 'fact.unpinned', conversationId, payload: { factId } });

export const setBrief: Decide<CommandOf<'setBrief'>> = (state, command) => {
  const { sessionId, exchangeId, text, by } = command;
  const session = state.sessions.get(sessionId);
  if (!session) {
    return refused('not-found', `There is no session ${sessionId}. See: relay sessions`);
  }
  const about = { sessionId, conversationId: session.conversationId, exchangeId };
  return decided({ type: 'brief.set', ...about, payload: { text, by } });
};
