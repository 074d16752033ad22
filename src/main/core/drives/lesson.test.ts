import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Factors } from './coefficients.ts';
import { confidence } from './confidence.ts';
import { frustration } from './frustration.ts';
import { type LessonInput, learn, leastFactor, mostFactor, type ScoreGiven } from './lesson.ts';
import type { OccurrenceName } from './occurrence.ts';

const stood = (
  frustrated: [OccurrenceName, number][],
  confident: [OccurrenceName, number][] = [],
): LessonInput['levels'] =>
  (
    [
      [frustration, frustrated],
      [confidence, confident],
    ] as const
  ).map(([drive, list]) => {
    const value = list.reduce((sum, [, share]) => sum + share, 0);
    return { drive, level: { value, shares: new Map(list) } };
  });
const wrong: ScoreGiven = { of: 'reply', score: 'wrong' };
const needless: ScoreGiven = { of: 'escalation', score: 'needless' };
const levels = stood([['toolFailed', 0.5]], [['replyTaken', 0.4]]);
const nothing = { factors: {}, taughtBefore: [] };

test('a wrong reply should have been a question: frustration counts more, confidence less', () => {
  const learnt = learn({ given: wrong, levels, ...nothing });
  expect(learnt?.factors).toEqual({ 'frustration.toolFailed': 1.1, 'confidence.replyTaken': 0.92 });
  expect(learnt).toMatchObject({ of: 'reply', score: 'wrong' });
});

test('a needless question the other way round; what was fine half as much', () => {
  expect(learn({ given: needless, levels, ...nothing })?.factors).toEqual({
    ...{ 'frustration.toolFailed': 0.9, 'confidence.replyTaken': 1.08 },
  });
  const fine = learn({ given: { of: 'reply', score: 'fine' }, levels, ...nothing });
  expect(fine?.factors['frustration.toolFailed']).toBe(0.95);
  const right = learn({ given: { of: 'escalation', score: 'fine' }, levels, ...nothing });
  expect(right?.factors['frustration.toolFailed']).toBe(1.05);
});

test('what had no part in the decision is not touched', () => {
  expect(learn({ given: wrong, levels: stood([]), ...nothing })).toBeUndefined();
  const factors = { 'frustration.saidAgain': 1.3 };
  const learnt = learn({ given: wrong, levels, factors, taughtBefore: [] });
  expect(learnt?.factors['frustration.saidAgain']).toBe(1.3);
});

test('a score that is taken back takes back what it taught', () => {
  const first = learn({ given: wrong, levels, ...nothing });
  const back = learn({
    given: { of: 'reply', score: null },
    levels,
    factors: first?.factors ?? {},
    taughtBefore: first?.changes ?? [],
  });
  expect(back?.factors).toEqual({ 'frustration.toolFailed': 1, 'confidence.replyTaken': 1 });
});

const anyScore = fc.constantFrom<ScoreGiven>(
  wrong,
  needless,
  { of: 'reply', score: 'fine' },
  { of: 'escalation', score: 'fine' },
);

test('no run of scores carries a weight beyond its bounds, nor one score it far', () => {
  fc.assert(
    fc.property(fc.array(anyScore, { maxLength: 80 }), (scores) => {
      let factors: Factors = {};
      for (const given of scores) {
        const learnt = learn({ given, levels, factors, taughtBefore: [] });
        for (const { by } of learnt?.changes ?? []) expect(Math.abs(by)).toBeLessThanOrEqual(0.2);
        factors = learnt?.factors ?? factors;
        for (const factor of Object.values(factors)) {
          expect(factor).toBeGreaterThanOrEqual(leastFactor);
          expect(factor).toBeLessThanOrEqual(mostFactor);
        }
      }
    }),
  );
});
