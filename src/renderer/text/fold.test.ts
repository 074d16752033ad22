import { describe, expect, it } from 'vitest';
import { fold, foldCharacters, foldLines } from './fold.ts';

const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n}`).join('\n');

describe('fold', () => {
  it('leaves a short text alone, and one that is only a line or two longer', () => {
    for (const count of [1, foldLines, foldLines + 2]) {
      expect(fold(lines(count))).toEqual({
        shown: lines(count),
        hiddenLines: 0,
        hiddenCharacters: 0,
      });
    }
  });

  it('shows 20 lines of a longer one and says what is hidden', () => {
    const folded = fold(lines(312));
    expect(folded.shown).toBe(lines(foldLines));
    expect(folded.hiddenLines).toBe(312 - foldLines);
  });

  it('folds one line of a megabyte, and never shows all of it at once', () => {
    const text = 'x'.repeat(1_000_000);
    expect(fold(text).shown.length).toBe(foldCharacters);
    expect(fold(text).hiddenCharacters).toBe(1_000_000 - foldCharacters);
    expect(fold(text, 1).shown.length).toBeLessThan(200_000);
    expect(fold(text, 20).hiddenCharacters).toBe(0);
  });

  it('does not cut a character in two', () => {
    const { shown } = fold(`x${'😀'.repeat(foldCharacters)}`);
    expect(shown.isWellFormed()).toBe(true);
  });
});
