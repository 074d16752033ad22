import type { NewEvent } from '#shared/events.ts';
import type { CommandOf, EnvelopeFacts } from '../command.ts';
import { openExchangesOf, type RelayState } from '../state.ts';
import { type Decide, decided } from './decision.ts';
import { guardOwnerAbsence } from './guards.ts';
import { permissionAsked, withdrawPermissionsOf } from './permissions.ts';
import { introduce, nextExchangeId, releaseUnlessOwed, undeliveredNote } from './session-events.ts';

type Subject = ReturnType<typeof introduce>['subject'];

/** A word from a session (or from its hooks): what it was becomes events, and where it asks for an
 * answer an exchange is opened. */
export const acceptEnvelope: Decide<CommandOf<'acceptEnvelope'>> = (state, command, given) => {
  const { sessionId, facts, word } = command;
  const { subject, events } = introduce(state, sessionId, facts, given);
  if (word.kind === 'said') {
    events.push(...withdrawPermissionsOf(state, sessionId, 'terminal'));
    return decided(...events, ...openExchange(state, command, subject, given));
  }
  events.push(accepted(facts, subject, null));
  switch (word.kind) {
    case 'backgrounded':
      events.push(
        said(word.text, subject),
        { type: 'session.backgrounded', ...subject, payload: { tasks: word.tasks } },
        ...releaseUnlessOwed(state, subject),
      );
      break;
    case 'prompted':
      events.push(...prompted(state, word.text, subject));
      break;
    case 'opened': {
      const { claudePid, attended } = facts;
      const payload = { source: word.source, claudePid, attended };
      events.push({ type: 'session.opened', ...subject, payload });
      break;
    }
    case 'asked':
      events.push(...permissionAsked(state, word, facts, subject, given));
      break;
    case 'closed':
      events.push(...withdrawPermissionsOf(state, sessionId, null));
      events.push({ type: 'session.closed', ...subject, payload: { reason: word.reason } });
      break;
    case 'failed': {
      const { error, message } = word;
      events.push({ type: 'session.failed', ...subject, payload: { error, message } });
      break;
    }
    case 'notified': {
      const payload = { kind: word.what, message: word.message };
      events.push({ type: 'session.notified', ...subject, payload });
      break;
    }
  }
  return decided(...events);
};

/** The same `id` again: the file is noted and forgotten. */
export const repeatEnvelope: Decide<CommandOf<'repeatEnvelope'>> = (state, command, given) => {
  const { sessionId, facts } = command;
  const { subject } = introduce(state, sessionId, facts, given);
  const payload = {
    name: facts.name,
    fileKey: facts.fileKey,
    envelopeId: facts.envelopeId ?? '',
  };
  return decided({ type: 'envelope.repeated', ...subject, payload });
};

export const rejectEnvelope: Decide<CommandOf<'rejectEnvelope'>> = (_state, command) => {
  const { name, keptAs, reason } = command;
  return decided({ type: 'envelope.rejected', payload: { name, keptAs, reason } });
};

function openExchange(
  state: RelayState,
  { sessionId, facts, word }: CommandOf<'acceptEnvelope'>,
  subject: Subject,
  given: Parameters<Decide<unknown>>[2],
): NewEvent[] {
  if (word.kind !== 'said') return [];
  const exchangeId = nextExchangeId(state);
  const about = { ...subject, exchangeId };
  const events: NewEvent[] = [
    {
      type: 'exchange.opened',
      ...about,
      payload: { origin: 'envelope', saidKey: word.saidKey },
    },
    accepted(facts, subject, exchangeId),
    { type: 'user_message', ...about, payload: { author: 'session', text: word.text, via: null } },
  ];
  const session = state.sessions.get(sessionId);
  if ((session?.autonomy ?? given.policy.autonomy) === 'off') {
    events.push(
      { type: 'exchange.closed', ...about, payload: { how: 'watched' } },
      ...releaseUnlessOwed(state, subject, [exchangeId]),
    );
    return events;
  }
  if (session) events.push(...guardOwnerAbsence(state, session, about, given));
  return events;
}

/**
 * A person typed in the terminal: the wait is over, what was on its way to this session is taken
 * back, what waits for the owner about it is settled, and the supervisor will see what was typed.
 */
function prompted(state: RelayState, text: string, subject: Subject): NewEvent[] {
  const { sessionId } = subject;
  if (!sessionId) return [];
  const events: NewEvent[] = [];
  for (const item of state.items.values()) {
    if (item.sessionId !== sessionId) continue;
    const payload = {
      itemId: item.id,
      how: 'withdrawn',
      via: 'terminal',
      text: '',
      extraUsd: 0,
    } as const;
    events.push({ type: 'item.settled', ...subject, exchangeId: item.exchangeId, payload });
  }
  for (const dispatch of state.dispatches.values()) {
    if (dispatch.sessionId !== sessionId || dispatch.stage === 'written') continue;
    const payload = { dispatchId: dispatch.id, reason: 'a person typed in the terminal' };
    events.push({
      type: 'dispatch.withdrawn',
      ...subject,
      exchangeId: dispatch.exchangeId,
      payload,
    });
    events.push(undeliveredNote(subject));
  }
  for (const exchange of openExchangesOf(state, sessionId)) {
    const written = exchange.dispatchId && state.dispatches.get(exchange.dispatchId);
    // One that is already in `input.txt` may have been claimed this very moment: the dispatcher
    // finds out by taking the file back, and closes the exchange then.
    if (written && written.stage === 'written') continue;
    const about = { ...subject, exchangeId: exchange.id };
    events.push({ type: 'exchange.closed', ...about, payload: { how: 'withdrawn' } });
  }
  const payload = { author: 'owner', text, via: 'terminal' } as const;
  events.push({ type: 'user_message', ...subject, payload });
  events.push({ type: 'session.prompted', ...subject, payload: {} });
  return events;
}

function accepted(
  facts: EnvelopeFacts,
  subject: Subject,
  exchangeId: ReturnType<typeof nextExchangeId> | null,
): NewEvent {
  const { name, fileKey, envelopeId, sentAt, sizeBytes, hookEvent, meta, extra } = facts;
  const payload = { name, fileKey, envelopeId, sentAt, sizeBytes, hookEvent, meta, extra };
  return { type: 'envelope.accepted', ...subject, exchangeId, payload };
}

function said(text: string, subject: Subject): NewEvent {
  return { type: 'user_message', ...subject, payload: { author: 'session', text, via: null } };
}
