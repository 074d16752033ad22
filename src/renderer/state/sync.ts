import type { RelayBridge } from '#shared/desktop-bridge.ts';
import type { RelayEvent } from '#shared/events.ts';
import type { ConversationId, SessionId } from '#shared/ids.ts';
import type { RpcOutput, RpcResult, StreamItem } from '#shared/rpc.ts';
import { type RelayStore, withNewEvents, withProgress, withSnapshot } from './relay-store.ts';
import { emptyTimeline, type Timeline, withFirstPage, withOlderPage } from './timeline.ts';

/** Keeps the store true to the relay, over any number of lost connections. */
export interface Sync {
  /** Fetches the newest page of a session unless it is there already. */
  openTimeline(id: SessionId, conversationId: ConversationId): void;
  /** Fetches the page before the first event that is there; with `upTo`, all back to that event. */
  loadOlder(id: SessionId, upTo?: number): Promise<void>;
  refresh(): void;
  stop(): void;
}

const pageSize = 200;
/** On the way to a place far back nothing is drawn, so the steps are as long as the relay allows. */
const longPageSize = 1_000;
/** Timelines kept at once; the one not opened for longest goes first. */
const timelinesKept = 12;
/** Further behind than this, starting over is quicker than catching up. */
const farBehind = 5_000;
const firstRetryMs = 300;
const longestRetryMs = 5_000;
/** Events come in bursts: one snapshot answers for all of them. */
const refreshSoonMs = 40;
const refreshEveryMs = 250;
/** What changes without an event: a setting by file, the day. */
const refreshAnywayMs = 5_000;

export function startSync(bridge: RelayBridge, store: RelayStore): Sync {
  let cursor = 0;
  let isOver = false;
  let retries = 0;
  let stopStream = () => {};
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let refreshTimer: ReturnType<typeof setTimeout> | undefined;
  let flushTimer: ReturnType<typeof setTimeout> | undefined;
  let refreshedAt = 0;
  let arrived: RelayEvent[] = [];
  let opened: SessionId[] = [];

  async function begin(): Promise<void> {
    const answer = await bridge.call('snapshot', {});
    if (isOver) return;
    if (!answer.ok) {
      lost(answer.error.message);
      return;
    }
    const snapshot = answer.value;
    const before = store.getState().snapshot;
    const isOther = before !== null && before.status.home !== snapshot.status.home;
    const isStale = snapshot.seq < cursor || snapshot.seq - cursor > farBehind || isOther;
    retries = 0;
    refreshedAt = Date.now();
    if (before === null || isStale) {
      cursor = snapshot.seq;
      store.setState({ ...fresh, snapshot, connection: 'live', problem: '' });
      for (const id of opened) reopen(id);
    } else {
      store.setState((state) => ({
        ...withSnapshot(state, snapshot),
        live: {},
        tails: {},
        connection: 'live',
        problem: '',
      }));
    }
    stopStream = bridge.stream(cursor, onItem, () => lost(''));
  }

  function lost(problem: string): void {
    if (isOver) return;
    stopStream();
    flush();
    store.setState({ connection: 'lost', problem });
    const delayMs = Math.min(longestRetryMs, firstRetryMs * 2 ** retries);
    retries += 1;
    clearTimeout(retryTimer);
    retryTimer = setTimeout(begin, delayMs);
  }

  function onItem(item: StreamItem): void {
    if (isOver) return;
    if (item.kind === 'progress') {
      flush();
      store.setState((state) => withProgress(state, item));
      return;
    }
    const { seq } = item.event;
    if (seq <= cursor) return;
    // A gap can only be a fault of a transport; what is missing is asked for again.
    if (seq > cursor + 1) {
      lost('');
      return;
    }
    cursor = seq;
    arrived.push(item.event);
    flushTimer ??= setTimeout(flush, 0);
    scheduleRefresh();
  }

  function flush(): void {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    if (arrived.length === 0) return;
    const events = arrived;
    arrived = [];
    store.setState((state) => withNewEvents(state, events));
  }

  function scheduleRefresh(): void {
    const delayMs = Math.max(refreshSoonMs, refreshedAt + refreshEveryMs - Date.now());
    refreshTimer ??= setTimeout(refresh, delayMs);
  }

  async function refresh(): Promise<void> {
    const answer = await bridge.call('snapshot', {});
    refreshTimer = undefined;
    refreshedAt = Date.now();
    if (isOver || !answer.ok) return;
    store.setState((state) => withSnapshot(state, answer.value));
    if (answer.value.seq < cursor) scheduleRefresh();
  }

  function change(id: SessionId, how: (timeline: Timeline) => Timeline): void {
    store.setState(({ timelines }) => {
      const timeline = timelines[id];
      return timeline ? { timelines: { ...timelines, [id]: how(timeline) } } : {};
    });
  }

  async function fetchFirst(id: SessionId, conversationId: ConversationId): Promise<void> {
    store.setState(({ timelines }) => ({
      timelines: { ...timelines, [id]: emptyTimeline(conversationId) },
    }));
    const input = { sessionId: id, conversationId, limit: pageSize };
    const page = await bridge.call('events.page', input);
    if (page.ok) change(id, (timeline) => withFirstPage(timeline, page.value));
    else change(id, (timeline) => ({ ...timeline, loading: null, problem: page.error.message }));
  }

  function reopen(id: SessionId): void {
    const session = store.getState().snapshot?.sessions.find((one) => one.id === id);
    if (session) void fetchFirst(id, session.conversationId);
  }

  const anyway = setInterval(() => {
    if (store.getState().connection === 'live') scheduleRefresh();
  }, refreshAnywayMs);
  void begin();
  return {
    openTimeline(id, conversationId) {
      opened = [id, ...opened.filter((other) => other !== id)];
      const dropped = opened.slice(timelinesKept);
      opened = opened.slice(0, timelinesKept);
      for (const gone of dropped) {
        store.setState(({ timelines: { [gone]: _, ...timelines } }) => ({ timelines }));
      }
      const known = store.getState().timelines[id];
      const isGood = known && known.conversationId === conversationId && known.problem === '';
      if (!isGood) void fetchFirst(id, conversationId);
    },
    async loadOlder(id, upTo) {
      const timeline = store.getState().timelines[id];
      let before = timeline?.events[0]?.seq;
      if (!timeline?.hasOlder || timeline.loading || before === undefined) return;
      change(id, (now) => ({ ...now, loading: 'older' }));
      const { conversationId } = timeline;
      const limit = upTo === undefined ? pageSize : longPageSize;
      const pages: RelayEvent[][] = [];
      for (;;) {
        const page: RpcResult<RpcOutput<'events.page'>> = await bridge.call('events.page', {
          sessionId: id,
          ...{ conversationId, before, limit },
        });
        if (!page.ok) {
          change(id, (now) => ({ ...now, loading: null, problem: page.error.message }));
          return;
        }
        const { events, more }: { events: RelayEvent[]; more: boolean } = page.value;
        pages.push(events);
        before = events[0]?.seq;
        const isThere = upTo === undefined || before === undefined || before <= upTo;
        if (more && !isThere && !isOver) continue;
        // Put in at once: every page by itself would lay out all the others again.
        const found = pages.reverse().flat();
        change(id, (now) => withOlderPage(now, { events: found, more }));
        return;
      }
    },
    refresh: () => void refresh(),
    stop() {
      isOver = true;
      clearInterval(anyway);
      for (const timer of [retryTimer, refreshTimer, flushTimer]) clearTimeout(timer);
      stopStream();
    },
  };
}

const fresh = { timelines: {}, live: {}, tails: {}, settling: new Set<never>() };
