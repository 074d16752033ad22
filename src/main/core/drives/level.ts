import type { Drive } from './drive.ts';
import type { Occurrence, OccurrenceName } from './occurrence.ts';

export interface LevelRules {
  halfLifeMs: number;
  /** 0 to 1; of an occurrence that moves the drive. */
  weightOf: (occurrence: OccurrenceName) => number;
}

export interface Level {
  /** 0 to 1, and never quite 1 unless a weight is. */
  value: number;
  /** What of it each occurrence accounts for; together they are the value. */
  shares: ReadonlyMap<OccurrenceName, number>;
}

/** After so many half-lives less than a four-thousandth is left: nothing that words could tell. */
const halfLivesHeard = 12;
const longestHeardMs = 90 * 86_400_000;

/** How far back what happened still counts. */
export function heardMs(halfLifeMs: number): number {
  return Math.min(halfLifeMs * halfLivesHeard, longestHeardMs);
}

/**
 * How high a drive stands at a time, from nothing but what happened and when. Each occurrence adds a
 * share of what is missing to the top or takes away a share of what is there, so that the level stays
 * within 0 and 1 and no flood of small things counts for more than it should; in between it halves
 * with every half-life.
 *
 * @param occurrences in the order in which they happened
 * @param at epoch milliseconds; a clock that was set back counts as one that stood still
 */
export function levelAt(
  { raisedBy, loweredBy }: Pick<Drive, 'raisedBy' | 'loweredBy'>,
  occurrences: readonly Occurrence[],
  { halfLifeMs, weightOf }: LevelRules,
  at: number,
): Level {
  const shares = new Map<OccurrenceName, number>();
  const scale = (factor: number) => {
    for (const [name, share] of shares) shares.set(name, share * factor);
  };
  let last = Number.NEGATIVE_INFINITY;
  const fadeTo = (time: number) => {
    if (time > last && shares.size > 0) scale(0.5 ** ((time - last) / halfLifeMs));
    last = Math.max(last, time);
  };
  for (const occurrence of occurrences) {
    const { name } = occurrence;
    if (occurrence.at < at - heardMs(halfLifeMs)) continue;
    fadeTo(occurrence.at);
    if (raisedBy[name] !== undefined) {
      const added = weightOf(name) * (1 - sum(shares));
      shares.set(name, (shares.get(name) ?? 0) + added);
    } else if (loweredBy[name] !== undefined) {
      scale(1 - weightOf(name));
    }
  }
  fadeTo(at);
  return { value: sum(shares), shares };
}

/** Rounding must not carry it above 1. */
function sum(shares: ReadonlyMap<OccurrenceName, number>): number {
  let total = 0;
  for (const share of shares.values()) total += share;
  return Math.min(1, total);
}
