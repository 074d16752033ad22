import type { RelayEvent } from '#shared/events.ts';
import { saidIn } from '#shared/said.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';

export interface TokenCounterOptions {
  store: EventStore;
  supervisor: Supervisor;
  model: () => string;
  /** Nothing is sent to the API while this is false (paused, no key, an outage). */
  mayCall: () => boolean;
  now?: () => number;
}

/** Counts in the background what the API would count; until then the bytes are the estimate. */
export interface TokenCounter {
  run(): void;
  stop(): Promise<void>;
}

const batchSize = 20;
/** New words are counted a little later, since the call about them must not wait for that. */
const patienceMs = 250;
/** The endpoint has limits of its own and some gateways lack it: after a failure it is left alone. */
const pauseAfterFailureMs = 60_000;

export function createTokenCounter(options: TokenCounterOptions): TokenCounter {
  const { store, supervisor, model, mayCall, now = Date.now } = options;
  const abort = new AbortController();
  let later: NodeJS.Timeout | undefined;
  let job: Promise<void> | undefined;
  let notBefore = 0;

  async function countAll(): Promise<void> {
    while (mayCall() && !abort.signal.aborted) {
      const events = store.uncounted(batchSize);
      if (events.length === 0) return;
      const counted = new Map<number, number>();
      try {
        if (!(await count(events, counted))) return;
      } finally {
        keep(counted);
      }
    }
  }

  /** @returns whether all were counted */
  async function count(
    events: readonly RelayEvent[],
    counted: Map<number, number>,
  ): Promise<boolean> {
    for (const event of events) {
      if (!mayCall() || abort.signal.aborted) return false;
      const tokens = await supervisor.countTokens(model(), saidIn(event), abort.signal);
      if (abort.signal.aborted) return false;
      if (tokens === undefined) {
        notBefore = now() + pauseAfterFailureMs;
        return false;
      }
      counted.set(event.seq, Math.max(1, tokens));
    }
    return true;
  }

  /** Together: a commit writes whole pages, of which each count changes but a few bytes. */
  function keep(counted: ReadonlyMap<number, number>): void {
    if (counted.size === 0) return;
    store.transaction(() => {
      for (const [seq, tokens] of counted) store.setTokens(seq, tokens);
    }, 'soon');
  }

  function begin(): void {
    later = undefined;
    job = countAll()
      .catch(() => {
        // The store cannot be written just now; whoever writes events says so.
        notBefore = now() + pauseAfterFailureMs;
      })
      .finally(() => {
        job = undefined;
      });
  }

  return {
    run() {
      if (job || later || abort.signal.aborted || now() < notBefore || !mayCall()) return;
      later = setTimeout(begin, patienceMs).unref();
    },
    async stop() {
      clearTimeout(later);
      abort.abort();
      await job;
    },
  };
}
