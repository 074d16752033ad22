import type { NewEvent } from '#shared/events.ts';
import type { CommandOf } from '../command.ts';
import { interrupted } from './calls.ts';
import { type Decide, decided, nothingToDo } from './decision.ts';
import { interruptTools } from './tools.ts';

/** A start; calls that were under way when the last relay died are to be made again. */
export const startRelay: Decide<CommandOf<'startRelay'>> = (state, { version, pid, host }) => {
  const events: NewEvent[] = [
    { type: 'relay.started', payload: { version, pid, host } },
    ...interruptTools(state),
  ];
  for (const exchange of state.exchanges.values()) {
    if (exchange.stage === 'calling' && exchange.callId) {
      events.push(interrupted(exchange, exchange.callId));
    }
  }
  return decided(...events);
};

export const stopRelay: Decide<CommandOf<'stopRelay'>> = () =>
  decided({ type: 'relay.stopped', payload: {} });

export const pause: Decide<CommandOf<'pause'>> = (state, { via }) =>
  state.paused ? nothingToDo : decided({ type: 'relay.paused', payload: { via } });

export const resume: Decide<CommandOf<'resume'>> = (state, { via }) =>
  state.paused ? decided({ type: 'relay.resumed', payload: { via } }) : nothingToDo;

export const recordSummary: Decide<CommandOf<'recordSummary'>> = (_state, command) => {
  const { kind: _kind, conversationId, ...payload } = command;
  return decided({ type: 'summary.made', conversationId, payload });
};

/** The standing instructions as they were from here on, so that the past can be understood. */
export const recordInstructions: Decide<CommandOf<'recordInstructions'>> = (_state, { text }) =>
  decided({ type: 'system_message', payload: { text } });

export const markNotified: Decide<CommandOf<'markNotified'>> = (state, command) => {
  const { itemId, channel, failure } = command;
  const item = state.items.get(itemId);
  if (!item) return nothingToDo;
  const { sessionId, conversationId, exchangeId } = item;
  const about = { sessionId, conversationId, exchangeId };
  return failure === null
    ? decided({ type: 'notification.sent', ...about, payload: { itemId, channel } })
    : decided({
        type: 'notification.failed',
        ...about,
        payload: { itemId, channel, reason: failure },
      });
};
