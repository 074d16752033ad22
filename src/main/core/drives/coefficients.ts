import type { DriveName } from '#shared/models.ts';
import type { Settings } from '#shared/settings.ts';
import type { Drive } from './drive.ts';
import type { LevelRules } from './level.ts';
import type { OccurrenceName } from './occurrence.ts';
import { moves, weightName } from './registry.ts';

export type DriveSettings = Settings['drives'];

/** By how much the owner's scores have made a weight larger or smaller, by its name; 1 where absent. */
export type Factors = Readonly<Record<string, number>>;

const minuteMs = 60_000;

export function halfLifeMinutes(drive: DriveName, settings: DriveSettings): number {
  switch (drive) {
    case 'frustration':
      return settings.frustrationHalfLifeMinutes;
    case 'confidence':
      return settings.confidenceHalfLifeMinutes;
  }
}

/** What the settings say, 0 to 1; what they say wrongly counts as not said (`weightProblems`). */
export function setWeight(
  drive: DriveName,
  occurrence: OccurrenceName,
  { weights }: DriveSettings,
): number {
  const name = weightName(drive, occurrence);
  const given = Object.hasOwn(weights, name) ? weights[name] : undefined;
  return isWeight(given) ? given : (moves.get(name)?.usual ?? 0);
}

/** With what was learnt, as long as learning is allowed. */
export function weightInForce(
  drive: DriveName,
  occurrence: OccurrenceName,
  settings: DriveSettings,
  factors: Factors,
): number {
  const factor = settings.learn ? (factors[weightName(drive, occurrence)] ?? 1) : 1;
  return Math.min(1, setWeight(drive, occurrence, settings) * factor);
}

export function rulesOf({ name }: Drive, settings: DriveSettings, factors: Factors): LevelRules {
  return {
    halfLifeMs: halfLifeMinutes(name, settings) * minuteMs,
    weightOf: (occurrence) => weightInForce(name, occurrence, settings, factors),
  };
}

/** A sentence for each entry of `drives.weights` that cannot be used. */
export function weightProblems({ weights }: DriveSettings): string[] {
  return Object.entries(weights).flatMap(([name, value]) => {
    if (!moves.has(name)) {
      return [`drives.weights: there is no "${name}"; docs/drives.md lists what there is.`];
    }
    if (isWeight(value)) return [];
    const usual = moves.get(name)?.usual ?? 0;
    return [`drives.weights: "${name}" must be a number from 0 to 1; until then it is ${usual}.`];
  });
}

const isWeight = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 1;
