/**
 * The places between two steps where a crash, or a disk that fails, must do no harm. Tests end the
 * relay there or make the step fail; otherwise nothing ever happens at them.
 */
export type FaultPoint =
  | 'store.committing'
  | 'intake.committed'
  | 'owner-input.committed'
  | 'dispatch.staged'
  | 'dispatch.committed'
  | 'dispatch.published'
  | 'dispatch.taken-back';

/** Told of each point as it is reached; what it throws is thrown there. */
export type AtPoint = (point: FaultPoint) => void;

export const noFault: AtPoint = () => undefined;
