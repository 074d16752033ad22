import type { RelayEvent } from '#shared/events.ts';
import type { ConversationId, SessionId } from '#shared/ids.ts';

/** The part of a session's history that has been fetched, oldest first, without gap or double. */
export interface Timeline {
  conversationId: ConversationId;
  events: readonly RelayEvent[];
  /** Whether there is more before the first one. */
  hasOlder: boolean;
  /** `first`: nothing is there yet; `older`: a page before the first is on its way. */
  loading: 'first' | 'older' | null;
  /** Why the last page could not be had; empty when it could. */
  problem: string;
}

export function emptyTimeline(conversationId: ConversationId): Timeline {
  return { conversationId, events: [], hasOlder: false, loading: 'first', problem: '' };
}

/** Whether an event is part of what a session's conversation shows. */
export function belongsTo(event: RelayEvent, id: SessionId, { conversationId }: Timeline): boolean {
  if (event.sessionId !== null) return event.sessionId === id;
  return event.conversationId === conversationId;
}

/** Adds what came in live; what is there already is left out. */
export function withEvents(
  timeline: Timeline,
  id: SessionId,
  events: readonly RelayEvent[],
): Timeline {
  const last = timeline.events.at(-1)?.seq ?? 0;
  const added = events.filter((event) => event.seq > last && belongsTo(event, id, timeline));
  return added.length === 0 ? timeline : { ...timeline, events: [...timeline.events, ...added] };
}

/** Puts the newest page before what came in live while it was on its way. */
export function withFirstPage(
  timeline: Timeline,
  page: { events: readonly RelayEvent[]; more: boolean },
): Timeline {
  const last = page.events.at(-1)?.seq ?? 0;
  const later = timeline.events.filter(({ seq }) => seq > last);
  const events = [...page.events, ...later];
  return { ...timeline, events, hasOlder: page.more, loading: null, problem: '' };
}

export function withOlderPage(
  timeline: Timeline,
  page: { events: readonly RelayEvent[]; more: boolean },
): Timeline {
  const first = timeline.events[0]?.seq ?? Number.POSITIVE_INFINITY;
  const earlier = page.events.filter(({ seq }) => seq < first);
  const events = [...earlier, ...timeline.events];
  return { ...timeline, events, hasOlder: page.more, loading: null, problem: '' };
}
