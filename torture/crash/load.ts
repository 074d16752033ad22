/** What a load can do more often than it would by itself. */
export type Lean = 'escalate' | 'tool' | 'finish' | 'fault' | 'type-over' | 'long-words';

/** Shared by everything that makes the load of a round; changed between two lives. */
export interface Load {
  lean: Lean | undefined;
}

/** Of what the load leans to: often, so that the rest goes on beside it. */
export const leaningShare = 0.6;
