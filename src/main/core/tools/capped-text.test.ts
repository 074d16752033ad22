import fc from 'fast-check';
import { expect, test } from 'vitest';
import { capText, createCappedText } from './capped-text.ts';

test('what fits is untouched', () => {
  expect(capText('a'.repeat(100), 100)).toBe('a'.repeat(100));
  expect(capText('ü€😀')).toBe('ü€😀');
});

test('beginning and end stay, with a note of what does not', () => {
  const text = `first ${'x'.repeat(5_000)} last`;
  const capped = capText(text, 1_000);
  expect(capped).toMatch(/^first x+\n\n\[\d+ of 5011 bytes are left out here\]\n\nx+ last$/);
  const [, leftOut] = /\[(\d+) of/.exec(capped) ?? [];
  expect(Number(leftOut) + capped.replace(/\n\n\[.*\]\n\n/, '').length).toBe(5_011);
});

test('however it comes in, it is cut on a character and never over the limit', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 0, maxLength: 3_000 }),
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 300, max: 1_500 }),
      (text, chunkBytes, limitBytes) => {
        const bytes = Buffer.from(text.toWellFormed());
        const capped = createCappedText(limitBytes);
        for (let at = 0; at < bytes.length; at += chunkBytes) {
          capped.add(bytes.subarray(at, at + chunkBytes));
        }
        const shown = capped.text();
        expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(limitBytes);
        const [head = '', tail = ''] = shown.split(
          /\n\n\[\d+ of \d+ bytes are left out here\]\n\n/,
        );
        expect(text.toWellFormed().startsWith(head)).toBe(true);
        expect(text.toWellFormed().endsWith(tail)).toBe(true);
      },
    ),
  );
});

test('a lot of it takes little memory', () => {
  const capped = createCappedText();
  const chunk = Buffer.alloc(65_536, 'y');
  for (let n = 0; n < 2_000; n += 1) capped.add(chunk);
  expect(capped.sizeBytes).toBe(2_000 * 65_536);
  expect(Buffer.byteLength(capped.text())).toBeLessThanOrEqual(100_000);
  expect(capped.tail(10)).toBe('y'.repeat(10));
});
