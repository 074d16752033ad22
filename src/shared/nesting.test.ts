import { expect, test } from 'vitest';
import { isNestedDeeper } from './nesting.ts';

test('levels are those of lists and objects, whatever stands beside them', () => {
  expect(isNestedDeeper('x', 0)).toBe(false);
  expect(isNestedDeeper([], 0)).toBe(true);
  expect(isNestedDeeper({ a: 1, b: [{ c: null }] }, 3)).toBe(false);
  expect(isNestedDeeper({ a: 1, b: [{ c: null }] }, 2)).toBe(true);
});

test('a value that holds itself is deeper than any, and so is one that nobody could write down', () => {
  const round: Record<string, unknown> = { a: 1 };
  round.self = [round];
  expect(isNestedDeeper(round, 200)).toBe(true);
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  expect(isNestedDeeper(deep, 200)).toBe(true);
});
