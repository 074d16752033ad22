import type { EventPayload, EventSubject, NewEvent, Via } from '#shared/events.ts';
import type { ItemState, RelayState } from '../state.ts';
import { nextItemId } from './session-events.ts';

type ItemDetails = Pick<EventPayload<'item.opened'>, 'kind' | 'code' | 'summary'> &
  Partial<Omit<EventPayload<'item.opened'>, 'itemId' | 'kind' | 'code' | 'summary'>>;

/** The event that puts something into the inbox. */
export function newItem(
  state: RelayState,
  subject: Partial<EventSubject>,
  details: ItemDetails,
): NewEvent<'item.opened'> {
  return {
    type: 'item.opened',
    ...subject,
    payload: {
      itemId: nextItemId(state),
      proposal: '',
      reasoning: '',
      holds: false,
      stops: false,
      blocks: false,
      isOutage: false,
      retryAt: null,
      ...details,
    },
  };
}

export function settled(
  item: ItemState,
  how: EventPayload<'item.settled'>['how'],
  via: Via | null,
  text: string,
  extraUsd = 0,
): NewEvent {
  const payload = { itemId: item.id, how, via, text, extraUsd };
  return { type: 'item.settled', ...subjectOf(item), payload };
}

export function subjectOf(item: ItemState) {
  const { sessionId, conversationId, exchangeId } = item;
  return { sessionId, conversationId, exchangeId };
}
