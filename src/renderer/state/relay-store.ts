import { createStore, type StoreApi } from 'zustand/vanilla';
import type { RelayEvent } from '#shared/events.ts';
import type { CallId, ExchangeId, ItemId, SessionId } from '#shared/ids.ts';
import type { RpcOutput, StreamItem } from '#shared/rpc.ts';
import { withSharedParts } from './shared-parts.ts';
import { type Timeline, withEvents } from './timeline.ts';

export type Snapshot = RpcOutput<'snapshot'>;
type Progress = Extract<StreamItem, { kind: 'progress' }>;

/** The answer of a call that is still coming in. */
export interface LiveAnswer {
  callId: CallId;
  sessionId: SessionId | null;
  text: string;
}

/** What the interface knows of the relay. Replaced piece by piece, never changed. */
export interface RelayState {
  /** `connecting` only before the first snapshot. */
  connection: 'connecting' | 'live' | 'lost';
  /** Why nothing comes through; empty when all is well. */
  problem: string;
  snapshot: Snapshot | null;
  timelines: Readonly<Record<SessionId, Timeline>>;
  live: Readonly<Record<ExchangeId, LiveAnswer>>;
  /** The newest lines of tools that run just now, by `toolUseId`. */
  tails: Readonly<Record<string, string>>;
  /** Items the owner has dealt with while the relay has not yet said so. */
  settling: ReadonlySet<ItemId>;
}

export type RelayStore = StoreApi<RelayState>;

export function createRelayStore(): RelayStore {
  return createStore<RelayState>(() => ({
    connection: 'connecting',
    problem: '',
    snapshot: null,
    timelines: {},
    live: {},
    tails: {},
    settling: new Set(),
  }));
}

/** A new picture of everything; an older one than what is shown is left out. */
export function withSnapshot(state: RelayState, snapshot: Snapshot): Partial<RelayState> {
  if (state.snapshot && snapshot.seq < state.snapshot.seq) return {};
  const open = new Set(snapshot.inbox.map(({ id }) => id));
  const settling = new Set([...state.settling].filter((id) => open.has(id)));
  const last = state.snapshot;
  return { snapshot: last ? withSharedParts(last, snapshot) : snapshot, settling };
}

/** Committed events, in order: into every timeline they belong to. */
export function withNewEvents(
  state: RelayState,
  events: readonly RelayEvent[],
): Partial<RelayState> {
  const timelines = { ...state.timelines };
  // Object.entries forgets that the keys are session ids.
  for (const [id, timeline] of Object.entries(timelines) as [SessionId, Timeline][]) {
    timelines[id] = withEvents(timeline, id, events);
  }
  const { live, tails } = state;
  return { timelines, live: withoutEnded(live, events), tails: withoutAnswered(tails, events) };
}

export function withProgress(state: RelayState, progress: Progress): Partial<RelayState> {
  const { exchangeId, callId, sessionId, text, tool } = progress;
  if (tool) return { tails: { ...state.tails, [tool.toolUseId]: tool.tail } };
  return { live: { ...state.live, [exchangeId]: { callId, sessionId, text } } };
}

function withoutEnded(live: RelayState['live'], events: readonly RelayEvent[]) {
  const ended = new Set<ExchangeId>();
  for (const { type, exchangeId } of events) {
    const isOver =
      type === 'call.finished' || type === 'call.failed' || type === 'call.interrupted';
    if (exchangeId && (isOver || type === 'exchange.closed')) ended.add(exchangeId);
  }
  if (ended.size === 0) return live;
  // Object.entries forgets that the keys are exchange ids.
  const kept = Object.entries(live).filter(([id]) => !ended.has(id as ExchangeId));
  return Object.fromEntries(kept);
}

function withoutAnswered(tails: RelayState['tails'], events: readonly RelayEvent[]) {
  const answered = new Set(
    events.flatMap(({ type, toolUseId }) => (type === 'tool_response' ? [toolUseId] : [])),
  );
  if (!Object.keys(tails).some((id) => answered.has(id))) return tails;
  return Object.fromEntries(Object.entries(tails).filter(([id]) => !answered.has(id)));
}
