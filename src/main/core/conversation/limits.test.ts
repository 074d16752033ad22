import { expect, test } from 'vitest';
import {
  defaultLimits,
  shrinkLimits,
  smallestBudgetTokens,
  smallestMaxCharacters,
} from './limits.ts';

test('the defaults are those that are documented', () => {
  expect(defaultLimits).toMatchObject({
    budgetTokens: 190_000,
    maxCharacters: 400_000,
    verbatimTurns: 10,
  });
});

test('shrinking halves both limits', () => {
  expect(shrinkLimits(defaultLimits)).toEqual({
    ...defaultLimits,
    budgetTokens: 95_000,
    maxCharacters: 200_000,
  });
});

test('shrinking halves what was sent where that was less than allowed', () => {
  const shrunk = shrinkLimits(defaultLimits, { tokens: 60_000, characters: 240_000 });
  expect(shrunk).toMatchObject({ budgetTokens: 30_000, maxCharacters: 120_000 });
});

test('shrinking ends, and says so', () => {
  let limits = defaultLimits;
  let times = 0;
  for (let next = shrinkLimits(limits); next !== null; next = shrinkLimits(limits)) {
    limits = next;
    times += 1;
  }
  expect(limits).toMatchObject({
    budgetTokens: smallestBudgetTokens,
    maxCharacters: smallestMaxCharacters,
  });
  expect(times).toBeLessThan(10);
});

test('limits below the smallest are never raised', () => {
  const tiny = { ...defaultLimits, budgetTokens: 500, maxCharacters: 100_000 };
  expect(shrinkLimits(tiny)).toMatchObject({ budgetTokens: 500, maxCharacters: 50_000 });
});
