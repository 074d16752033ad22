import type { EventSubject, NewEvent } from '#shared/events.ts';
import type { ConversationId, DispatchId, ExchangeId, ItemId, SessionId } from '#shared/ids.ts';
import type { EnvelopeFacts } from '../command.ts';
import { type ExchangeState, openExchangesOf, type RelayState } from '../state.ts';
import { type Circumstances, defaultConversation } from './decision.ts';

/** The next short ids. They follow from the state alone, so a decision stays repeatable. */
// Casts: the template gives exactly what the brands' schemas ask for.
export const nextExchangeId = (state: RelayState, ahead = 1): ExchangeId =>
  `x${state.numbers.exchange + ahead}` as ExchangeId;
export const nextDispatchId = (state: RelayState): DispatchId =>
  `d${state.numbers.dispatch + 1}` as DispatchId;
export const nextItemId = (state: RelayState): ItemId => `i${state.numbers.item + 1}` as ItemId;

type Subject = Pick<EventSubject, 'sessionId' | 'conversationId'>;

export function subjectOf(exchange: ExchangeState) {
  const { sessionId, conversationId, id: exchangeId } = exchange;
  return { sessionId, conversationId, exchangeId };
}

/** Who an event is about, and the events that introduce the session where it is new. */
export function introduce(
  state: RelayState,
  sessionId: SessionId,
  facts: Pick<EnvelopeFacts, 'title' | 'cwd' | 'source' | 'projectRoot'>,
  { policy }: Circumstances,
): { subject: Subject; events: NewEvent[] } {
  const known = state.sessions.get(sessionId);
  const conversationId = known?.conversationId ?? conversationFor(sessionId, facts, policy);
  const subject = { sessionId, conversationId };
  const { title, cwd, source } = facts;
  if (known && (title ?? known.title) === known.title && (cwd ?? known.cwd) === known.cwd) {
    return { subject, events: [] };
  }
  const events: NewEvent[] = [
    { type: 'session.seen', ...subject, payload: { title, cwd, source } },
  ];
  if (!known && policy.autonomy !== 'auto') {
    const payload = { autonomy: policy.autonomy };
    events.push({ type: 'session.autonomy_set', ...subject, payload });
  }
  return { subject, events };
}

function conversationFor(
  sessionId: SessionId,
  facts: { projectRoot: string | null },
  policy: Circumstances['policy'],
): ConversationId {
  switch (policy.conversationScope) {
    case 'one':
      return defaultConversation;
    case 'session':
      // A session id is a non-empty string, which is all the brand asks for.
      return sessionId as string as ConversationId;
    case 'project':
      return (facts.projectRoot as ConversationId | null) ?? defaultConversation;
  }
}

/** A release, unless something else is still on its way to the session. */
export function releaseUnlessOwed(
  state: RelayState,
  subject: Subject,
  closing: readonly ExchangeId[] = [],
  withdrawing?: DispatchId,
): NewEvent[] {
  const { sessionId } = subject;
  if (!sessionId) return [];
  const others = openExchangesOf(state, sessionId).some(({ id }) => !closing.includes(id));
  const onItsWay = [...state.dispatches.values()].some(
    ({ id, sessionId: to, withdrawDue }) => to === sessionId && id !== withdrawing && !withdrawDue,
  );
  if (others || onItsWay) return [];
  return [{ type: 'session.release_queued', ...subject, payload: {} }];
}

/** Tells the supervisor that its last words have not been heard. */
export function undeliveredNote(
  subject: Partial<EventSubject>,
  why = 'a person typed in the terminal before the session took it',
): NewEvent {
  const text = `The last reply was not delivered: ${why}.`;
  return { type: 'user_message', ...subject, payload: { author: 'relay', text, via: null } };
}
