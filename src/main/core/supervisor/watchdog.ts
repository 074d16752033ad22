/** The longest answer there can be, slowly; pings alone keep a call alive. */
export const longestAnswerMs = 2 * 60 * 60 * 1000;

/** Aborts what stands still, and what has no end. The SDK's own timeout ends when the headers are there. */
export interface Watchdog {
  readonly signal: AbortSignal;
  /** Why it aborted: nothing came for too long, or all of it took too long. */
  readonly bit: 'idle' | 'longest' | undefined;
  /** There was life: the wait for it begins anew. */
  feed(): void;
  stop(): void;
}

/** Begins to wait at once, so that it covers the connection and the headers too. */
export function startWatchdog({
  idleMs,
  longestMs,
}: {
  idleMs: number;
  longestMs: number;
}): Watchdog {
  const controller = new AbortController();
  let bit: Watchdog['bit'];
  const bite = (why: Watchdog['bit']) => {
    bit ??= why;
    controller.abort();
  };
  const idle = setTimeout(bite, idleMs, 'idle');
  const longest = setTimeout(bite, longestMs, 'longest');
  return {
    signal: controller.signal,
    get bit() {
      return bit;
    },
    feed: () => {
      idle.refresh();
    },
    stop() {
      clearTimeout(idle);
      clearTimeout(longest);
    },
  };
}
