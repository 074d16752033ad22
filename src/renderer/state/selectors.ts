import type { SessionId } from '#shared/ids.ts';
import type { InboxItem, SessionStateName, SessionSummary } from '#shared/models.ts';
import { sessionName } from '../text/session-name.ts';
import type { RelayState } from './relay-store.ts';
import type { ViewState } from './view-store.ts';

const none: readonly never[] = [];
let lastOpen: { inbox: unknown; settling: unknown; items: readonly InboxItem[] } | undefined;

/** What waits for the owner, without what he has just dealt with; the oldest first. */
export function openItems({ snapshot, settling }: RelayState): readonly InboxItem[] {
  if (!snapshot) return none;
  const { inbox } = snapshot;
  // Asked for by every part on every change: the same answer must be the same list.
  if (lastOpen?.inbox === inbox && lastOpen.settling === settling) return lastOpen.items;
  const items = settling.size === 0 ? inbox : inbox.filter(({ id }) => !settling.has(id));
  lastOpen = { inbox, settling, items };
  return items;
}

export function sessionsOf({ snapshot }: RelayState): readonly SessionSummary[] {
  return snapshot?.sessions ?? none;
}

export function findSession(state: RelayState, id: SessionId | null): SessionSummary | undefined {
  return id === null ? undefined : sessionsOf(state).find((session) => session.id === id);
}

export function isUnread(
  { id, lastSeenAt }: SessionSummary,
  { readAt, firstOpenedAt }: Pick<ViewState, 'readAt' | 'firstOpenedAt'>,
): boolean {
  return lastSeenAt > (readAt[id] ?? firstOpenedAt);
}

/** What they want from the owner, most urgent first. */
export const groupOrder = [
  'needs-owner',
  'working',
  'waiting',
  'idle',
  'closed',
] as const satisfies readonly SessionStateName[];

export interface SessionGroup {
  state: SessionStateName;
  sessions: SessionSummary[];
}

/** Sessions by what they want from the owner; within a group the one that has waited for longest
 * first where somebody waits, else the latest first. */
export function groupSessions(sessions: readonly SessionSummary[], filter: string): SessionGroup[] {
  const sought = filter.trim().toLowerCase();
  const matches = (session: SessionSummary) =>
    sought === '' ||
    [sessionName(session), session.id, session.cwd ?? '', session.lastWords].some((text) =>
      text.toLowerCase().includes(sought),
    );
  return groupOrder.flatMap((state) => {
    const found = sessions.filter((session) => session.state === state && matches(session));
    if (found.length === 0) return [];
    const oldestFirst = state === 'needs-owner' ? 1 : -1;
    found.sort((a, b) => oldestFirst * (a.lastSeenAt - b.lastSeenAt));
    return [{ state, sessions: found }];
  });
}
