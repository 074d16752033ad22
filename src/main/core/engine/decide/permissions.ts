import type { EventSubject, NewEvent, Via } from '#shared/events.ts';
import type { SessionId } from '#shared/ids.ts';
import type { AskedWord, CommandOf, EnvelopeFacts } from '../command.ts';
import type { RelayState } from '../state.ts';
import { type Circumstances, type Decide, decided, nothingToDo } from './decision.ts';
import { newItem, settled } from './item-events.ts';

type Subject = Pick<EventSubject, 'sessionId' | 'conversationId'>;

/**
 * Claude Code asks for permission: an inbox item that holds nothing, since the session waits by itself
 * and the terminal asks too. Of a session that is only watched nobody is asked here.
 */
export function permissionAsked(
  state: RelayState,
  { kind: _, summary, proposal, reasoning, ...asked }: AskedWord,
  facts: EnvelopeFacts,
  subject: Subject,
  { policy }: Circumstances,
): NewEvent[] {
  const session = subject.sessionId ? state.sessions.get(subject.sessionId) : undefined;
  const isWatched = (session?.autonomy ?? policy.autonomy) === 'off';
  const details = { kind: 'permission', code: null, summary, proposal, reasoning } as const;
  const item = policy.asksPermissions && !isWatched ? newItem(state, subject, details) : undefined;
  const { claudePid, attended } = facts;
  const payload = { ...asked, itemId: item?.payload.itemId ?? null, claudePid, attended };
  return [...(item ? [item] : []), { type: 'permission.asked', ...subject, payload }];
}

/** What a session still asks when it has gone on or ended: the answer came from elsewhere. */
export function withdrawPermissionsOf(
  state: RelayState,
  sessionId: SessionId | null,
  via: Via | null,
): NewEvent[] {
  return [...state.permissions.values()].flatMap((permission) => {
    const item = permission.itemId === null ? undefined : state.items.get(permission.itemId);
    return item && permission.sessionId === sessionId ? [settled(item, 'withdrawn', via, '')] : [];
  });
}

export const withdrawPermission: Decide<CommandOf<'withdrawPermission'>> = (state, command) => {
  const itemId = state.permissions.get(command.request)?.itemId ?? null;
  const item = itemId === null ? undefined : state.items.get(itemId);
  return item ? decided(settled(item, 'withdrawn', command.via, '')) : nothingToDo;
};

export const closePermission: Decide<CommandOf<'closePermission'>> = (state, { request }) => {
  const permission = state.permissions.get(request);
  if (!permission?.answer) return nothingToDo;
  const { sessionId } = permission;
  const conversationId = state.sessions.get(sessionId)?.conversationId ?? null;
  const payload = { request };
  return decided({ type: 'permission.closed', sessionId, conversationId, payload });
};
