import type { DriveName } from '#shared/models.ts';
import type { OccurrenceName } from './occurrence.ts';

type Weights = Readonly<Partial<Record<OccurrenceName, number>>>;

/**
 * Something that rises and falls with what happens in a session and fades by itself. It only listens:
 * what comes of it is words for the supervisor. Each stands in a file of its own; `registry.ts` lists
 * them.
 */
export interface Drive {
  name: DriveName;
  /** Which share of what is missing to the top each occurrence adds, 0 to 1, unless the owner says
   * otherwise (`drives.weights`). */
  raisedBy: Weights;
  /** Which share of the level each takes away. */
  loweredBy: Weights;
  /** Whether a high level is a reason to ask the owner sooner, or later. */
  asks: 'sooner' | 'later';
  /** What the supervisor is told from which level on, the highest first. No numbers: a model takes
   * them for more exact than they are. */
  says: readonly { from: number; words: string }[];
}
