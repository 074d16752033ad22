import { expect, test } from 'vitest';
import { formatCount, formatDuration, formatTokens, formatUsd } from './format.ts';

test.each([
  [-5, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 m'],
  [3_599_999, '59 m'],
  [7_200_000, '2 h'],
  [4 * 86_400_000, '4 d'],
])('%d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

test.each([
  [0, '$0.00'],
  [1.836, '$1.84'],
  [0.01, '$0.01'],
  [0.0042, '$0.0042'],
  [0.00038123, '$0.00038'],
  [0.009999, '$0.0100'],
])('%d dollars are %s', (usd, text) => expect(formatUsd(usd)).toBe(text));

test.each([
  [340, '340'],
  [1234, '1.2k'],
  [9960, '10k'],
  [90_400, '90k'],
  [1_530_000, '1.5M'],
])('%d tokens are %s', (tokens, text) => expect(formatTokens(tokens)).toBe(text));

test('counts', () => {
  expect(formatCount(1, 'session')).toBe('1 session');
  expect(formatCount(2, 'reply', 'replies')).toBe('2 replies');
});
