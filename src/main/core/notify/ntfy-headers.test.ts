import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutToBytes, headerText } from './ntfy-headers.ts';

/** As ntfy reads it: encoded words, the blanks between them not counted. */
function decoded(header: string): string {
  const bytes = header
    .split(' ')
    .map((word) =>
      Buffer.from(/^=\?UTF-8\?B\?(.*)\?=$/.exec(word)?.[1] ?? '', 'base64').toString(),
    );
  return bytes.join('');
}

describe('text in a header', () => {
  it('stays as it is in ASCII, on one line', () => {
    expect(headerText('api-server: tests')).toBe('api-server: tests');
    expect(headerText('a\r\nPriority: 5\n')).toBe('a Priority: 5');
  });

  it('survives in any language, in words that RFC 2047 allows', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const header = headerText(`é${text}ü`);
        expect(header).toMatch(/^[\x20-\x7e]+$/);
        for (const word of header.split(' ')) expect(word.length).toBeLessThanOrEqual(75);
        expect(decoded(header)).toBe(`é${text}ü`.replaceAll(/\p{Cc}+/gu, ' '));
      }),
    );
    expect(decoded(headerText('=?UTF-8?B?YQ==?='))).toBe('=?UTF-8?B?YQ==?=');
  });
});

describe('cutting to bytes', () => {
  it('never parts a character, and says that something is gone', () => {
    expect(cutToBytes('short', 5)).toBe('short');
    expect(cutToBytes('x'.repeat(10), 8)).toBe('xxxxx…');
    expect(cutToBytes('😀😀😀', 11)).toBe('😀😀…');
    expect(cutToBytes('😀😀😀', 10)).toBe('😀…');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.nat(100), (text, room) => {
        const cut = cutToBytes(text, room + 3);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(room + 3);
        if (text.isWellFormed()) expect(cut.isWellFormed()).toBe(true);
      }),
    );
  });
});
