import type { Autonomy, NewEvent } from '#shared/events.ts';
import type { ConversationId } from '#shared/ids.ts';
import type { RelayState } from '../state.ts';

/** The settings that decisions depend on. Money in USD, times in milliseconds. */
export interface Policy {
  conversationScope: 'project' | 'one' | 'session';
  autonomy: Autonomy;
  holdAll: boolean;
  budgetPerDayUsd: number | null;
  budgetPerSessionUsd: number | null;
  exchangesWithoutOwner: number | null;
  pingPongRepeats: number | null;
  firstWaitMs: number;
  longestWaitMs: number;
  tellOwnerAfterMs: number;
  recheckMs: number;
  /** Whether the owner is asked what Claude Code wants permission for. */
  asksPermissions: boolean;
}

/** Clock, chance and settings of one decision: whatever is not in the state or the command. */
export interface Circumstances {
  /** Epoch milliseconds. */
  now: number;
  /** 0 to 1, for the jitter of waits. */
  chance: number;
  policy: Policy;
}

/** A command that cannot be carried out: nothing happened, and this is why. */
export interface Refusal {
  code: 'not-found' | 'conflict';
  message: string;
}

export type Decision = { ok: true; events: NewEvent[] } | { ok: false; refusal: Refusal };

export type Decide<C> = (state: RelayState, command: C, circumstances: Circumstances) => Decision;

export const decided = (...events: NewEvent[]): Decision => ({ ok: true, events });
export const nothingToDo: Decision = { ok: true, events: [] };
export const refused = (code: Refusal['code'], message: string): Decision => ({
  ok: false,
  refusal: { code, message },
});

/** Where sessions without a project talk. */
// A literal of the contract (DESIGN 1), hence the cast of a value that is known to fit.
export const defaultConversation = 'default' as ConversationId;
