import { expect, test } from 'vitest';
import { ownerWord } from './owner-input.ts';

test.each([
  ['@s1: Go on.', 's1', 'Go on.'],
  ['  @s1:Go on.\nQuickly.\n', 's1', 'Go on.\nQuickly.'],
  ['@a.b_c-9: x', 'a.b_c-9', 'x'],
  ['Go on.', null, 'Go on.'],
  ['@s1 Go on.', null, '@s1 Go on.'],
  ['@s1:', null, '@s1:'],
  ['@s1:   ', null, '@s1:'],
  ['@..: x', null, '@..: x'],
  ['@a/b: x', null, '@a/b: x'],
  [`@${'a'.repeat(129)}: x`, null, `@${'a'.repeat(129)}: x`],
  ['Tell @s1: x', null, 'Tell @s1: x'],
])('%j goes to %s', (text, sessionId, words) => {
  expect(ownerWord(text)).toEqual({ sessionId, text: words });
});
