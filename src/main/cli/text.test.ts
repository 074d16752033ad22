import { expect, test } from 'vitest';
import { firstLine, indent, printable } from './text.ts';

test.each([
  ['colour and cursor movements', '\u001b[31mred\u001b[2J\u001b[H', 'red'],
  ['a title set by the operating system command', '\u001b]0;owned\u0007safe', 'safe'],
  ['a carriage return that would overwrite the line', 'real\rfake', 'realfake'],
  ['a bell, a backspace and C1 controls', 'a\u0007b\u0008c\u009bd', 'abcd'],
  ['marks that turn the direction', 'user\u202egnp.exe', 'usergnp.exe'],
  ['line breaks and other scripts stay', 'Grüße\n世界', 'Grüße\n世界'],
])('%s', (_, text, shown) => expect(printable(text)).toBe(shown));

test('a first line is cut at whole characters', () => {
  expect(firstLine('  one\ntwo', 10)).toBe('one');
  expect(firstLine('🚀🚀🚀🚀', 3)).toBe('🚀🚀…');
});

test('empty lines are not indented', () => expect(indent('a\n\nb', 2)).toBe('  a\n\n  b'));
