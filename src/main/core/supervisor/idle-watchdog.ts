/** Aborts what stands still. The SDK's own timeout ends when the headers are there. */
export interface IdleWatchdog {
  readonly signal: AbortSignal;
  /** Whether it was the watchdog that aborted. */
  readonly isStarved: boolean;
  /** There was life: the wait begins anew. */
  feed(): void;
  stop(): void;
}

/** Begins to wait at once, so that it covers the connection and the headers too. */
export function startIdleWatchdog(idleTimeoutMs: number): IdleWatchdog {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), idleTimeoutMs);
  return {
    signal: controller.signal,
    get isStarved() {
      return controller.signal.aborted;
    },
    feed: () => {
      timer.refresh();
    },
    stop: () => clearTimeout(timer),
  };
}
