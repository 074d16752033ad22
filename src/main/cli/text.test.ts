import { expect, test } from 'vitest';
import { firstLine, indent, printable, terminalJson } from './text.ts';

test.each([
  ['colour and cursor movements', '\u001b[31mred\u001b[2J\u001b[H', 'red'],
  ['a title set by the operating system command', '\u001b]0;owned\u0007safe', 'safe'],
  ['a carriage return that would overwrite the line', 'real\rfake', 'realfake'],
  ['a bell, a backspace and C1 controls', 'a\u0007b\u0008c\u009bd', 'abcd'],
  ['marks that turn the direction', 'user\u202egnp.exe \u200fx', 'usergnp.exe x'],
  ['marks that take no room', 'r\u200bm\u00ad \ufeffx\u{e0041}', 'rm x'],
  ['what emoji are joined with stays', '👩\u200d💻', '👩\u200d💻'],
  ['line breaks and other scripts stay', 'Grüße\n世界', 'Grüße\n世界'],
])('%s', (_, text, shown) => expect(printable(text)).toBe(shown));

test('JSON is the same to programs and holds nothing that a terminal obeys', () => {
  const value = { 'a\u202e': ['\u001b[2J\u009b\u007f', 'Grüße 🚀 \u{e0041}\u200b'] };
  for (const text of [terminalJson(value), terminalJson(value, 2)]) {
    expect(JSON.parse(text)).toEqual(value);
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    expect(text).toContain('Grüße 🚀');
  }
});

test('a first line is cut at whole characters', () => {
  expect(firstLine('  one\ntwo', 10)).toBe('one');
  expect(firstLine('🚀🚀🚀🚀', 3)).toBe('🚀🚀…');
});

test('empty lines are not indented', () => expect(indent('a\n\nb', 2)).toBe('  a\n\n  b'));
