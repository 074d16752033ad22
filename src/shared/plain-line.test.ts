import { expect, test } from 'vitest';
import { plainLine } from './plain-line.ts';

test('what would not be seen is spelled out', () => {
  expect(plainLine('a\nb\u202ec\u0007\u2028\ud83d')).toBe(
    'a[U+000A]b[U+202E]c[U+0007][U+2028][U+D83D]',
  );
  expect(plainLine('Grüße, 世界 🚀')).toBe('Grüße, 世界 🚀');
});

test('it is never longer than is allowed, and no character is cut in two', () => {
  expect(plainLine('x'.repeat(300))).toHaveLength(300);
  expect(plainLine('x'.repeat(1_000_000))).toBe(`${'x'.repeat(299)}…`);
  expect(plainLine('\0'.repeat(1_000_000), 20)).toHaveLength(20);
  expect(plainLine(`abc${'😀'.repeat(10)}`, 9)).toBe('abc😀😀…');
  expect(plainLine(`abc${'😀'.repeat(10)}`, 10).isWellFormed()).toBe(true);
});
