import type { RelayEvent } from '#shared/events.ts';
import { emptyState, type RelayState } from '../state.ts';
import { callProjectors } from './calls.ts';
import { dispatchProjectors } from './dispatches.ts';
import { exchangeProjectors } from './exchanges.ts';
import { itemProjectors } from './items.ts';
import { permissionProjectors } from './permissions.ts';
import type { Projectors } from './projector.ts';
import { sessionProjectors } from './sessions.ts';
import { spendProjectors } from './spend.ts';

/**
 * Folds one committed event into the state and returns it. Deterministic, no I/O, no clock. It
 * changes the given state in place, since that is only ever the engine's own: copying it at every
 * event would cost more than the event.
 */
export function project(state: RelayState, event: RelayEvent): RelayState {
  state.seq = event.seq;
  projectors[event.type]?.(state, event as never);
  return state;
}

/** The state after a whole history, for tests and rebuilds. */
export function projectAll(events: Iterable<RelayEvent>): RelayState {
  const state = emptyState();
  for (const event of events) project(state, event);
  return state;
}

/** Of the relay as a whole. */
const relayProjectors: Projectors = {
  'relay.paused': (state) => {
    state.paused = true;
  },
  'relay.resumed': (state) => {
    state.paused = false;
  },
  'owner_input.taken': (state, event) => {
    state.lastOwnerInput = event.payload.mark;
  },
  'phone_word.taken': (state, event) => {
    const { messageId, sentAtSeconds } = event.payload;
    const isSameSecond = state.phone.sentAtSeconds === sentAtSeconds;
    const messageIds = isSameSecond ? [...state.phone.messageIds, messageId] : [messageId];
    state.phone = { sentAtSeconds, messageIds };
  },
};

/** Types that are not here change nothing that a decision is made from. */
const projectors: Projectors = {
  ...relayProjectors,
  ...sessionProjectors,
  ...exchangeProjectors,
  ...callProjectors,
  ...spendProjectors,
  ...dispatchProjectors,
  ...itemProjectors,
  ...permissionProjectors,
};
