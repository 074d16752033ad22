import type { NewEvent, Via } from '#shared/events.ts';
import type { ItemId } from '#shared/ids.ts';
import type { CommandOf } from '../command.ts';
import { type ItemState, itemsHolding, openExchangesOf, type RelayState } from '../state.ts';
import { type Decide, decided, defaultConversation, refused } from './decision.ts';
import { budgetExtension } from './guards.ts';
import { settled, subjectOf } from './item-events.ts';
import {
  introduce,
  nextDispatchId,
  nextExchangeId,
  releaseUnlessOwed,
  undeliveredNote,
} from './session-events.ts';

export const answerItem: Decide<CommandOf<'answerItem'>> = (state, command, given) => {
  const { itemId, text, direct, via } = command;
  const item = state.items.get(itemId);
  if (!item) return gone(itemId);
  // Whoever asked gets the answer, and nobody else has anything to think about.
  if (item.kind === 'permission') return decided(settled(item, 'answered', via, text));
  if (direct) {
    if (!item.sessionId) {
      return refused(
        'conflict',
        `${itemId} concerns no single session, so nothing can be sent directly; use: relay send <session> TEXT`,
      );
    }
    return decided(...directWord(state, item.sessionId, text, via, given));
  }
  if (!item.conversationId) {
    return refused(
      'conflict',
      `${itemId} is not a question; mend what it names, then: relay approve ${itemId}`,
    );
  }
  return decided(
    settled(item, 'answered', via, text),
    ...takeBackHeld(state, item),
    ownerMessage(item, text, via),
  );
};

/** A reply that was held back for the owner's word: now the supervisor thinks again. */
function takeBackHeld(state: RelayState, item: ItemState): NewEvent[] {
  const exchange = item.exchangeId ? state.exchanges.get(item.exchangeId) : undefined;
  const dispatch = exchange?.dispatchId ? state.dispatches.get(exchange.dispatchId) : undefined;
  if (dispatch?.stage !== 'queued') return [];
  const about = subjectOf(item);
  const reason = 'the owner answered';
  return [
    { type: 'dispatch.withdrawn', ...about, payload: { dispatchId: dispatch.id, reason } },
    undeliveredNote(about, 'the owner answered first'),
  ];
}

/** Approving lets what was proposed happen: a draft is sent, a question is answered with its
 * proposal, whatever Relay stopped is tried again. */
export const approveItem: Decide<CommandOf<'approveItem'>> = (state, command, given) => {
  const { itemId, via } = command;
  const item = state.items.get(itemId);
  if (!item) return gone(itemId);
  if (command.text !== undefined && item.kind !== 'draft') {
    return refused('conflict', `${itemId} is no draft; answer it with: relay reply ${itemId} TEXT`);
  }
  switch (item.kind) {
    case 'draft': {
      if (!item.sessionId) return gone(itemId);
      return decided(...sendDraft(state, item, command.text ?? item.proposal, via));
    }
    case 'escalation': {
      const word = item.proposal
        ? `Approved. Do as you proposed: ${item.proposal}`
        : 'Approved. Go on as you think best.';
      return decided(settled(item, 'approved', via, word), ownerMessage(item, word, via));
    }
    default:
      return decided(settled(item, 'approved', via, '', budgetExtension(state, item, given)));
  }
};

/** What the supervisor wrote, or what the owner made of it; then the supervisor is told. */
function sendDraft(state: RelayState, item: ItemState, text: string, via: Via): NewEvent[] {
  const about = subjectOf(item);
  const payload = { dispatchId: nextDispatchId(state), origin: 'supervisor', text } as const;
  const sent: NewEvent[] = [
    settled(item, 'approved', via, text),
    { type: 'dispatch.queued', ...about, payload },
  ];
  if (text === item.proposal) return sent;
  const note = `The owner changed your draft before it was sent. What the session got is:\n${text}`;
  return [
    draftEdited(item, text),
    ...sent,
    { type: 'user_message', ...about, payload: { author: 'relay', text: note, via: null } },
  ];
}

function draftEdited(item: ItemState, after: string): NewEvent {
  const payload = { itemId: item.id, before: item.proposal, after };
  return { type: 'draft.edited', ...subjectOf(item), payload };
}

/** Dismissing lets the matter rest: what hangs on it is dropped and the session may stop. */
export const dismissItem: Decide<CommandOf<'dismissItem'>> = (state, command) => {
  const item = state.items.get(command.itemId);
  if (!item) return gone(command.itemId);
  const events: NewEvent[] = [settled(item, 'dismissed', command.via, '')];
  // Only this one use of a tool is refused; the supervisor goes on without it.
  if (item.kind === 'tool') return decided(...events);
  const exchange = item.exchangeId ? state.exchanges.get(item.exchangeId) : undefined;
  if (!exchange) return decided(...events);
  const about = subjectOf(item);
  const dispatch = exchange.dispatchId ? state.dispatches.get(exchange.dispatchId) : undefined;
  if (dispatch) {
    const payload = { dispatchId: dispatch.id, reason: 'the owner dismissed it' };
    events.push({ type: 'dispatch.withdrawn', ...about, payload });
  }
  events.push({ type: 'exchange.closed', ...about, payload: { how: 'dropped' } });
  events.push(...releaseUnlessOwed(state, about, [exchange.id], dispatch?.id));
  return decided(...events);
};

export const sendDirect: Decide<CommandOf<'sendDirect'>> = (state, command, given) =>
  decided(...directWord(state, command.sessionId, command.text, command.via, given));

/** The owner's word to the supervisor: the answer to the oldest open escalation, or a word of its
 * own in the conversation named, or else in the one that was last alive. */
export const say: Decide<CommandOf<'say'>> = (state, command) => {
  const { text, via } = command;
  const asked = [...state.items.values()].find(({ kind }) => kind === 'escalation');
  if (asked && !command.conversationId) {
    return decided(settled(asked, 'answered', via, text), ownerMessage(asked, text, via));
  }
  const conversationId = command.conversationId ?? state.lastConversationId ?? defaultConversation;
  const about = { conversationId, exchangeId: nextExchangeId(state), sessionId: null };
  return decided(
    { type: 'exchange.opened', ...about, payload: { origin: 'owner', saidKey: '' } },
    { type: 'user_message', ...about, payload: { author: 'owner', text, via } },
  );
};

/** The owner's word by file; the mark keeps a crash from taking the same file twice. */
export const takeOwnerInput: Decide<CommandOf<'takeOwnerInput'>> = (state, command, given) => {
  const { mark, word } = command;
  const { sessionId, text } = word;
  const taken: NewEvent = { type: 'owner_input.taken', payload: { mark } };
  const via = 'file';
  const spoken = sessionId
    ? sendDirect(state, { kind: 'sendDirect', sessionId, text, via }, given)
    : say(state, { kind: 'say', text, conversationId: null, via }, given);
  return spoken.ok ? decided(taken, ...spoken.events) : spoken;
};

/** Straight to the session; it settles everything that holds the session. */
function directWord(
  state: RelayState,
  sessionId: NonNullable<ItemState['sessionId']>,
  text: string,
  via: Via,
  given: Parameters<Decide<unknown>>[2],
): NewEvent[] {
  const facts = { title: null, cwd: null, source: null, projectRoot: null };
  const { subject, events } = introduce(state, sessionId, facts, given);
  const holding = itemsHolding(state, sessionId);
  for (const item of holding) {
    if (item.kind === 'draft') events.push(draftEdited(item, text));
    events.push(settled(item, 'direct', via, text));
  }
  // The word takes the place of the answer that was held back, where one was.
  const held = openExchangesOf(state, sessionId).find(({ itemId }) =>
    holding.some(({ id }) => id === itemId),
  );
  const about = { ...subject, exchangeId: held?.id ?? null };
  if (held?.dispatchId && state.dispatches.has(held.dispatchId)) {
    const payload = { dispatchId: held.dispatchId, reason: 'the owner sent a word of his own' };
    events.push({ type: 'dispatch.withdrawn', ...about, payload });
  }
  const payload = { dispatchId: nextDispatchId(state), origin: 'owner', text } as const;
  events.push(
    { type: 'user_message', ...subject, payload: { author: 'owner', text, via } },
    { type: 'dispatch.queued', ...about, payload },
  );
  return events;
}

function ownerMessage(item: ItemState, text: string, via: Via): NewEvent {
  return { type: 'user_message', ...subjectOf(item), payload: { author: 'owner', text, via } };
}

function gone(itemId: ItemId) {
  return refused(
    'not-found',
    `There is no open item ${itemId}; it may have been settled elsewhere. See: relay inbox`,
  );
}
