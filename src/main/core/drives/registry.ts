import type { DriveName } from '#shared/models.ts';
import { confidence } from './confidence.ts';
import type { Drive } from './drive.ts';
import { frustration } from './frustration.ts';
import type { OccurrenceName } from './occurrence.ts';

/** Every drive there is. A reason to ask sooner stands before one to ask later, and is told alone. */
export const drives: readonly Drive[] = [frustration, confidence];

/** As `drives.weights` names what moves a drive: `frustration.toolFailed`. */
export type WeightName = `${DriveName}.${OccurrenceName}`;

export interface Move {
  drive: DriveName;
  occurrence: OccurrenceName;
  does: 'raises' | 'lowers';
  /** What it counts unless the owner says otherwise. */
  usual: number;
}

/** All that moves a drive, by its name in the settings. */
export const moves: ReadonlyMap<string, Move> = new Map(
  drives.flatMap(({ name: drive, raisedBy, loweredBy }) =>
    [['raises', raisedBy] as const, ['lowers', loweredBy] as const].flatMap(([does, weights]) =>
      Object.entries(weights).map(([key, usual]) => {
        // The keys of the table are those of its type.
        const occurrence = key as OccurrenceName;
        return [weightName(drive, occurrence), { drive, occurrence, does, usual }] as const;
      }),
    ),
  ),
);

export function weightName(drive: DriveName, occurrence: OccurrenceName): WeightName {
  return `${drive}.${occurrence}`;
}
