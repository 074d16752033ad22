import { expect, test } from 'vitest';
import { estimateTokens, fits, fullness, sizeOf, sizeOfEntry, tokensPerByte } from './estimate.ts';
import { sampleEntry } from './testing/conversation-samples.ts';

test('four bytes of UTF-8 make a token, rounded up', () => {
  expect(estimateTokens('')).toBe(0);
  expect(estimateTokens('abcd')).toBe(1);
  expect(estimateTokens('abcde')).toBe(2);
  expect(estimateTokens('漢字')).toBe(2);
  expect(sizeOf('👍')).toEqual({ tokens: 1, characters: 2 });
});

test('what was counted is taken as counted, only the frame is estimated', () => {
  const entry = sampleEntry({ text: 'x'.repeat(400), tokens: 250 });
  expect(sizeOfEntry(entry, `<a>${entry.text}</a>`)).toEqual({ tokens: 252, characters: 407 });
});

test('an entry that is not counted yet is estimated as a whole', () => {
  const entry = sampleEntry({ text: 'x'.repeat(400) });
  expect(sizeOfEntry(entry, `<a>${entry.text}</a>`)).toEqual({ tokens: 102, characters: 407 });
});

test('a byte is never more than one token', () => {
  expect(tokensPerByte(sampleEntry({ text: 'x', tokens: 8 }))).toBe(1);
  expect(tokensPerByte(sampleEntry({ text: 'xxxx', tokens: 2 }))).toBe(0.5);
  expect(tokensPerByte(sampleEntry({ text: 'xxxx', tokens: 0 }))).toBe(0.25);
  expect(tokensPerByte(sampleEntry({ text: '', tokens: 3 }))).toBe(0.25);
});

test('either measure alone can be too much', () => {
  const limit = { tokens: 100, characters: 1_000 };
  expect(fits({ tokens: 100, characters: 1_000 }, limit)).toBe(true);
  expect(fits({ tokens: 101, characters: 1 }, limit)).toBe(false);
  expect(fits({ tokens: 1, characters: 1_001 }, limit)).toBe(false);
  expect(fullness({ tokens: 20, characters: 900 }, limit)).toBe(0.9);
});
