import type { RelayPort } from '#core/relay-port.ts';
import type { RpcResult } from '#shared/rpc.ts';

/**
 * `attached`: a relay that somebody else started; `child`: one that the desktop started in a process
 * of its own; `own`: core runs in this process.
 */
export type RelayPlace = 'attached' | 'child' | 'own';

/** A relay that was found or started. */
export interface FoundRelay {
  place: RelayPlace;
  port: RelayPort;
  /** Calls once when the relay is gone. Returns how to stop listening. */
  onGone(listener: () => void): () => void;
  /** Ends what the desktop started; leaves alone what somebody else did. */
  release(): Promise<void>;
}

export type Search = { ok: true; relay: FoundRelay } | { ok: false; message: string };

export type LinkState =
  | { kind: 'linked'; place: RelayPlace }
  /** `message`: a sentence for the owner. */
  | { kind: 'lost'; message: string };

/** The relay as the desktop sees it: a port that stays the same while relays come and go. */
export interface RelayLink extends RelayPort {
  state(): LinkState;
  /** Called at every change of `state`. Returns how to stop listening. */
  onChange(listener: (state: LinkState) => void): () => void;
  /** Looks at once, where it would wait before it looks again. */
  hurry(): void;
  /** Ends the search, and the relay where it is the desktop's own. */
  stop(): Promise<void>;
}

export interface LinkOptions {
  /**
   * Finds a relay or starts one. `lost` is the relay that was there before, if any. Once `stopping`
   * is aborted nobody wants one any more: it ends what it has begun, and resolves. Never rejects.
   */
  search: (lost: RelayPlace | undefined, stopping: AbortSignal) => Promise<Search>;
  /** Milliseconds before the nth search after a failed one (n from 1). */
  waitMs?: (attempt: number) => number;
}

const defaultWaitMs = (attempt: number) => Math.min(250 * 2 ** (attempt - 1), 10_000);

/** Looks for a relay from now on, and again whenever it is lost. */
export function openLink({ search, waitMs = defaultWaitMs }: LinkOptions): RelayLink {
  const listeners = new Set<(state: LinkState) => void>();
  let state: LinkState = { kind: 'lost', message: 'The relay is starting.' };
  let relay: FoundRelay | undefined;
  const stopping = new AbortController();
  let wakeUp = () => {};

  function change(next: LinkState): void {
    state = next;
    for (const listener of [...listeners]) listener(next);
  }

  function pause(durationMs: number): Promise<void> {
    if (stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function untilGone(found: FoundRelay): Promise<void> {
    return new Promise((resolve) => {
      const unsubscribe = found.onGone(resolve);
      const leave = () => {
        unsubscribe();
        resolve();
      };
      // A signal that was given before tells nobody again.
      if (stopping.signal.aborted) leave();
      else stopping.signal.addEventListener('abort', leave, { once: true });
    });
  }

  async function keepLinked(): Promise<void> {
    let lost: RelayPlace | undefined;
    let attempt = 0;
    while (!stopping.signal.aborted) {
      const found = await search(lost, stopping.signal);
      if (!found.ok) {
        change({ kind: 'lost', message: found.message });
        attempt += 1;
        await pause(waitMs(attempt));
        continue;
      }
      attempt = 0;
      relay = found.relay;
      if (!stopping.signal.aborted) change({ kind: 'linked', place: relay.place });
      await untilGone(relay);
      lost = relay.place;
      relay = undefined;
      if (!stopping.signal.aborted) {
        change({ kind: 'lost', message: 'The relay is gone; looking for it.' });
      }
      await found.relay.release();
    }
  }

  const running = keepLinked();
  return {
    call: (name, input) => relay?.port.call(name, input) ?? Promise.resolve(unreachable(state)),
    stream(after, onItem, onEnd) {
      if (relay) return relay.port.stream(after, onItem, onEnd);
      let isStopped = false;
      queueMicrotask(() => isStopped || onEnd?.());
      return () => {
        isStopped = true;
      };
    },
    state: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hurry: () => wakeUp(),
    async stop() {
      stopping.abort();
      wakeUp();
      await running;
    },
  };
}

function unreachable(state: LinkState): RpcResult<never> {
  const message = state.kind === 'lost' ? state.message : 'The relay is gone; looking for it.';
  return { ok: false, error: { code: 'unavailable', message } };
}
