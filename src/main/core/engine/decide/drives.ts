import type { CommandOf } from '../command.ts';
import { type Decide, decided, nothingToDo } from './decision.ts';
import { subjectOf } from './session-events.ts';

/** What goes with the next call of an exchange, committed before it is sent. */
export const tellDrives: Decide<CommandOf<'tellDrives'>> = (state, { exchangeId, text }) => {
  const exchange = state.exchanges.get(exchangeId);
  if (!exchange) return nothingToDo;
  return decided({ type: 'drives.told', ...subjectOf(exchange), payload: { text } });
};

/** What a score changes is found out by whoever gives the command; no decision is made from it. */
export const learnDrives: Decide<CommandOf<'learnDrives'>> = (_state, command) => {
  const { kind: _kind, payload, ...about } = command;
  return decided({ type: 'drives.learnt', ...about, payload });
};

export const resetDrives: Decide<CommandOf<'resetDrives'>> = () =>
  decided({ type: 'drives.reset', payload: {} });
