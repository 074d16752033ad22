import type { Answer } from './messages-api.ts';

/** How fast the demo goes: to be watched, or to be over. */
export interface Pace {
  /** Between one beat of the story and the next. */
  pauseMs: number;
  /** How the supervisor talks. */
  speech: Pick<Answer, 'firstByteDelayMs'> & { chunkDelayMs: number };
  /** `retry-after` of the one fault; undefined leaves the wait to Relay. */
  retryAfterSeconds: number | undefined;
  /** `faults.firstWaitSeconds` of the demo's home. */
  firstWaitSeconds: number;
  /** All of it has to be over by then; a demo must not hang. */
  deadlineMs: number;
}

export const humanPace: Pace = {
  pauseMs: 650,
  speech: { firstByteDelayMs: 300, chunkDelayMs: 25 },
  retryAfterSeconds: 2,
  firstWaitSeconds: 0.1,
  deadlineMs: 90_000,
};

export const fastPace: Pace = {
  pauseMs: 0,
  speech: { firstByteDelayMs: 0, chunkDelayMs: 0 },
  retryAfterSeconds: undefined,
  firstWaitSeconds: 0.05,
  deadlineMs: 45_000,
};
