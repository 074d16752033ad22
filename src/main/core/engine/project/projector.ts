import type { RelayEvent } from '#shared/events.ts';
import type { ExchangeState, RelayState, SessionState } from '../state.ts';

/** Changes the state as one type of event says. Deterministic, no I/O, no clock. */
type Projector<T extends RelayEvent['type']> = (state: RelayState, event: RelayEvent<T>) => void;

/** Some types of event with their projectors. */
export type Projectors = { readonly [T in RelayEvent['type']]?: Projector<T> };

/** The session an event names, made where this is the first event to name it. */
export function sessionOf(state: RelayState, event: RelayEvent): SessionState {
  const { sessionId, conversationId } = event;
  if (!sessionId) throw new Error(`event ${event.seq} (${event.type}) names no session`);
  const known = state.sessions.get(sessionId);
  if (known) return known;
  if (!conversationId) throw new Error(`event ${event.seq} brings a session without conversation`);
  const session: SessionState = {
    id: sessionId,
    title: null,
    cwd: null,
    conversationId,
    autonomy: 'auto',
    muted: false,
    toolPolicies: new Map(),
    presence: 'unknown',
    attended: null,
    claudePid: null,
    busy: false,
    backgroundTasks: 0,
    failure: null,
    exchangesSinceOwner: 0,
    lastPair: { key: '', repeats: 0 },
    releaseDue: false,
    lastSeenAt: event.at,
  };
  state.sessions.set(sessionId, session);
  return session;
}

export function exchangeOf(state: RelayState, event: RelayEvent): ExchangeState | undefined {
  return event.exchangeId ? state.exchanges.get(event.exchangeId) : undefined;
}

/** `x12` -> 12. */
export function numberOf(shortId: string): number {
  return Number(shortId.slice(1));
}
