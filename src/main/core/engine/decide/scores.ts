import type { CommandOf } from '../command.ts';
import { type Decide, decided } from './decision.ts';

/** What the owner makes of a reply or an escalation. That there is one to score is checked by
 * whoever gives the command, since exchanges that are over are not part of the state. */
export const scoreExchange: Decide<CommandOf<'scoreExchange'>> = (_state, command) => {
  const { exchangeId, sessionId, conversationId, scored } = command;
  const about = { exchangeId, sessionId, conversationId };
  const { of, score } = scored;
  return of === 'reply'
    ? decided({ type: 'reply.scored', ...about, payload: { score } })
    : decided({ type: 'escalation.scored', ...about, payload: { score } });
};
