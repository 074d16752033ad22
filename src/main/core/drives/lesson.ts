import type { EventPayload } from '#shared/events.ts';
import type { Factors } from './coefficients.ts';
import type { Drive } from './drive.ts';
import type { Level } from './level.ts';
import { weightName } from './registry.ts';

export type Learnt = EventPayload<'drives.learnt'>;
export type Change = Learnt['changes'][number];

/** How far one score can move a weight, where what it weighs filled the drive to the top. */
const wholeStep = 0.2;
/** Scores never make a weight less than half or more than half again of what the settings say. */
export const leastFactor = 0.5;
export const mostFactor = 1.5;

/** What a score says about whether the owner should have been asked. */
const lessons = {
  reply: { wrong: { ask: 'sooner', step: wholeStep }, fine: { ask: 'later', step: wholeStep / 2 } },
  escalation: {
    needless: { ask: 'later', step: wholeStep },
    fine: { ask: 'sooner', step: wholeStep / 2 },
  },
} as const;

export type ScoreGiven =
  | { of: 'reply'; score: 'wrong' | 'fine' | null }
  | { of: 'escalation'; score: 'needless' | 'fine' | null };

export interface LessonInput {
  given: ScoreGiven;
  /** As they stood when the supervisor decided. */
  levels: readonly { drive: Drive; level: Level }[];
  factors: Factors;
  /** What earlier scores of the same decision have taught, which this one takes the place of. */
  taughtBefore: readonly Change[];
}

/**
 * What a score changes; undefined for nothing. Only what had a part in the decision is weighed anew,
 * by its part: a score for a decision that no drive had to do with teaches them nothing. What an
 * earlier score of the same decision taught is taken back exactly.
 */
export function learn({ given, levels, factors, taughtBefore }: LessonInput): Learnt | undefined {
  const steps = new Map<string, number>();
  const add = (name: string, by: number) => steps.set(name, (steps.get(name) ?? 0) + by);
  for (const { name, by } of taughtBefore) add(name, -by);
  const lesson = lessonOf(given);
  if (lesson) {
    for (const { drive, level } of levels) {
      const sign = drive.asks === lesson.ask ? 1 : -1;
      for (const [occurrence, share] of level.shares) {
        add(weightName(drive.name, occurrence), sign * lesson.step * share);
      }
    }
  }
  const changes = [...steps].flatMap(([name, wanted]) => {
    const before = factors[name] ?? 1;
    const after = rounded(Math.min(mostFactor, Math.max(leastFactor, before + wanted)));
    const by = rounded(after - before);
    return by === 0 ? [] : [{ name, by }];
  });
  if (changes.length === 0) return undefined;
  const after = { ...factors };
  for (const { name, by } of changes) after[name] = rounded((after[name] ?? 1) + by);
  return { of: given.of, score: given.score, changes, factors: after };
}

function lessonOf(given: ScoreGiven): { ask: 'sooner' | 'later'; step: number } | undefined {
  if (given.score === null) return undefined;
  return given.of === 'reply' ? lessons.reply[given.score] : lessons.escalation[given.score];
}

/** Small enough for any step, and short to read in the event. */
const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
