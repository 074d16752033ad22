import type { RelayEvent } from '#shared/events.ts';
import type { RpcOutput } from '#shared/rpc.ts';
import type { RelayClient } from './relay-client.ts';

export type Snapshot = RpcOutput<'snapshot'>;

/** What the page shows; replaced whole, never changed. */
export interface RelayView {
  isConnected: boolean;
  snapshot: Snapshot | undefined;
  /** The last events, newest first. */
  events: readonly RelayEvent[];
  /** Why nothing can be shown; undefined when all is well. */
  problem: string | undefined;
}

export interface RelayViewStore {
  /** Starts watching with the first listener and stops with the last. */
  subscribe(listener: () => void): () => void;
  current(): RelayView;
}

const eventsShown = 40;
/** Events come in bursts: one look at the snapshot answers for all of a tenth of a second. */
const refreshMs = 100;
const retryMs = 1500;

/** Keeps a picture of the relay: a snapshot, and everything that happened after it. */
export function createRelayView(client: RelayClient): RelayViewStore {
  const listeners = new Set<() => void>();
  let view: RelayView = {
    isConnected: false,
    snapshot: undefined,
    events: [],
    problem: undefined,
  };
  let stop = () => {};

  function show(change: Partial<RelayView>): void {
    view = { ...view, ...change };
    for (const listener of listeners) listener();
  }

  function watch(): () => void {
    let isOver = false;
    let stopStream = () => {};
    let timer: ReturnType<typeof setTimeout> | undefined;

    async function begin(): Promise<void> {
      const answer = await client.call('snapshot', {});
      if (isOver) return;
      if (!answer.ok) {
        show({ isConnected: false, problem: answer.error.message });
        timer = setTimeout(begin, retryMs);
        return;
      }
      show({ isConnected: true, snapshot: answer.value, problem: undefined });
      // A few from before, so that a first look is not empty.
      const from = Math.max(0, answer.value.seq - eventsShown);
      stopStream = client.stream(from, onItem, onConnection);
    }

    function onItem(item: { kind: string; event?: RelayEvent }): void {
      if (item.event === undefined) return;
      show({ events: [item.event, ...view.events].slice(0, eventsShown) });
      timer ??= setTimeout(refresh, refreshMs);
    }

    function onConnection(isConnected: boolean): void {
      show({ isConnected });
      if (isConnected) timer ??= setTimeout(refresh, refreshMs);
    }

    async function refresh(): Promise<void> {
      timer = undefined;
      const answer = await client.call('snapshot', {});
      if (isOver) return;
      if (answer.ok) show({ snapshot: answer.value, problem: undefined });
      else show({ problem: answer.error.message });
    }

    void begin();
    return () => {
      isOver = true;
      clearTimeout(timer);
      stopStream();
    };
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      if (listeners.size === 1) stop = watch();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop();
        view = { ...view, events: [] };
      };
    },
    current: () => view,
  };
}
