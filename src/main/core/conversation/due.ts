import { type ExchangeState, isHeld, type RelayState } from '../engine/state.ts';

/** Whether the exchange waits for the supervisor, and not for the owner, a tool or the session. */
export function isForSupervisor(
  state: RelayState,
  { sessionId, stage }: ExchangeState,
  holdAll: boolean,
): boolean {
  if (stage !== 'queued' && stage !== 'waiting' && stage !== 'tools') return false;
  return !sessionId || !isHeld(state, sessionId, holdAll);
}

/** While something is wrong that concerns every call, only one is made at a time, when due. */
export function mayCall(
  { block }: RelayState,
  { runningCalls, nowMs }: { runningCalls: number; nowMs: number },
): boolean {
  if (!block) return true;
  return runningCalls === 0 && block.retryAt !== null && block.retryAt <= nowMs;
}

/**
 * When a wait ends, epoch milliseconds: a call's own, that of what is wrong with every call, or one of
 * `others`. What was due at the last look and has not begun waits for something else to happen.
 */
export function nextWaitEnd(
  state: RelayState,
  { lookedAtMs, others }: { lookedAtMs: number; others: Iterable<number> },
): number | undefined {
  if (state.paused) return undefined;
  const waits = [...state.exchanges.values()]
    .filter(({ stage }) => stage === 'waiting')
    .map(({ retryAt }) => retryAt);
  const times = [...waits, state.block?.retryAt, ...others].filter(
    (at): at is number => typeof at === 'number' && at > lookedAtMs,
  );
  return times.length > 0 ? Math.min(...times) : undefined;
}
