import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Chance that repeats: the same seed makes the same choices in the same order. */
export interface Chance {
  /** At least 0, below 1. */
  fraction(): number;
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  /** @throws when there is nothing to pick from */
  pick<T>(from: readonly T[]): T;
  /** True in `share` of all cases. */
  happens(share: number): boolean;
  /** A chance of its own, so that one part of a campaign does not shift another. */
  branch(): Chance;
}

export function chanceFrom(seed: number): Chance {
  const source = xoroshiro128plus(seed);
  const fraction = () => uniformFloat64(source);
  const whole = (low: number, high: number) => uniformInt(source, low, high);
  return {
    fraction,
    whole,
    pick<T>(from: readonly T[]): T {
      if (from.length === 0) throw new Error('nothing to pick from');
      // The index is within the list.
      return from[whole(0, from.length - 1)] as T;
    },
    happens: (share) => fraction() < share,
    branch: () => chanceFrom(whole(0, 2 ** 31 - 1)),
  };
}
