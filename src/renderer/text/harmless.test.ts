import { describe, expect, it } from 'vitest';
import { exact, harmless, harmlessLine } from './harmless.ts';

describe('harmless', () => {
  it('takes out what is meant for a terminal', () => {
    expect(harmless('\u001b[31mred\u001b[0m \u001b[2J\u001b]0;title\u0007done')).toBe('red done');
  });

  it('shows what reorders or hides text by its number', () => {
    expect(harmless('safe\u202egpj.exe')).toBe('safe[U+202E]gpj.exe');
    expect(harmless('pay\u200bpal')).toBe('pay[U+200B]pal');
    expect(harmless('a\u0000b')).toBe('a[U+0000]b');
  });

  it('leaves words of every language, line breaks and emoji alone', () => {
    const text = 'שלום\tمرحبا\n日本語 👩‍💻';
    expect(harmless(text)).toBe(text);
  });

  it('makes one line of many', () => {
    expect(harmlessLine('  a\r\n\tb  ')).toBe('a b');
  });
});

describe('exact', () => {
  it('leaves nothing out, and hides nothing', () => {
    expect(exact('rm -rf  a\u001b[2K\r\n\tb\u202e')).toBe(
      'rm -rf  a[U+001B][2K[U+000D]\n\tb[U+202E]',
    );
  });
});
