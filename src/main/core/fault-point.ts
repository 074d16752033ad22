import type { EventType } from '#shared/events.ts';

/** Places that are no commit, in the order in which an exchange comes by them. */
export const stepPoints = [
  'migration.backed-up',
  'migration.stepped',
  'migration.committed',
  'store.committing',
  'intake.read',
  'intake.committed',
  'intake.removed',
  'owner-input.renamed',
  'owner-input.committed',
  'call.first-byte',
  'call.first-text',
  'call.answered',
  'tool.starting',
  'tool.ran',
  'dispatch.staged',
  'dispatch.committed',
  'dispatch.published',
  'dispatch.taken-back',
  'release.staged',
  'release.committed',
  'release.published',
  'snapshot.writing',
  'snapshot.written',
] as const;

/** Places in the handing over of a word to a session that has to be started for it. */
export const resumePoints = [
  'resume.set-aside',
  'resume.started',
  'resume.begun',
  'resume.discarded',
] as const;

/**
 * The places between two steps where a crash, or a disk that fails, must do no harm; `committed.X` is
 * between the commit of an event and everything that follows from it. Tests end the relay there or
 * make the step fail; otherwise nothing ever happens at them.
 */
export type FaultPoint =
  | (typeof stepPoints | typeof resumePoints)[number]
  | `committed.${EventType}`;

/** Told of each point as it is reached; what it throws is thrown there. */
export type AtPoint = (point: FaultPoint) => void;

export const noFault: AtPoint = () => undefined;
