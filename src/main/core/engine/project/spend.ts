import type { SessionId } from '#shared/ids.ts';
import { localDay } from '#shared/local-day.ts';
import type { RelayState } from '../state.ts';
import type { Projectors } from './projector.ts';

/** What was spent today, beside the calls of exchanges. */
export const spendProjectors: Projectors = {
  // Of the day's budget, but of no session's: none had anything of it.
  'replay.made': (state, event) => spend(state, event.at, null, event.payload.costUsd),
  'proposal.made': (state, event) => spend(state, event.at, null, event.payload.costUsd),
  'side_call.failed': (state, event) => spend(state, event.at, null, event.payload.costUsd),
};

export function spend(
  state: RelayState,
  at: number,
  sessionId: SessionId | null,
  costUsd: number | null,
): void {
  rollDay(state, at);
  if (!costUsd) return;
  state.spend.usd += costUsd;
  if (!sessionId) return;
  const before = state.spend.bySession.get(sessionId) ?? 0;
  state.spend.bySession.set(sessionId, before + costUsd);
}

/** A new day begins with nothing spent. */
export function rollDay(state: RelayState, at: number): void {
  const day = localDay(at);
  if (state.spend.day === day) return;
  state.spend = { day, usd: 0, bySession: new Map(), extraUsd: 0, extraBySession: new Map() };
}
