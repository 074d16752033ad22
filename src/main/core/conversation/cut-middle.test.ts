import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutMiddle } from './cut-middle.ts';

const ample = Number.POSITIVE_INFINITY;

test('a text that fits is left alone', () => {
  expect(cutMiddle('short', { characters: 5, bytes: 5 })).toBe('short');
});

test('the middle goes, and the note says how much of it', () => {
  const text = `${'a'.repeat(500)}${'z'.repeat(500)}`;
  const cut = cutMiddle(text, { characters: 200, bytes: ample });
  const [, head, left, tail] =
    /^(a+)\n<relay>(\d+) characters are left out here<\/relay>\n(z+)$/.exec(cut) ?? [];
  expect(head?.length).toBe(tail?.length);
  expect(Number(left) + (head?.length ?? 0) + (tail?.length ?? 0)).toBe(1_000);
  expect(cut.length).toBeLessThanOrEqual(200);
  expect(cut.length).toBeGreaterThan(195);
});

test('bytes count as well as characters', () => {
  const cut = cutMiddle('漢'.repeat(1_000), { characters: ample, bytes: 600 });
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(600);
  expect(Buffer.byteLength(cut)).toBeGreaterThan(590);
});

test('where the note does not fit, it stands alone', () => {
  expect(cutMiddle('x'.repeat(100), { characters: 3, bytes: 3 })).toBe(
    '\n<relay>100 characters are left out here</relay>\n',
  );
});

test('no code point is ever cut, no character is unaccounted for, the room is kept', () => {
  const piece = fc.constantFrom('a', 'é', '漢', '👍', '\u{1f469}\u200d\u{1f467}');
  const noteLength = 60;
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 60 }).map((pieces) => pieces.join('').repeat(9)),
      fc.integer({ min: noteLength, max: 500 }),
      fc.integer({ min: noteLength, max: 900 }),
      (text, characters, bytes) => {
        const cut = cutMiddle(text, { characters, bytes });
        expect(cut.isWellFormed()).toBe(true);
        expect(cut.length).toBeLessThanOrEqual(characters);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytes);
        const [head = '', left, tail = ''] = cut.split(
          /\n<relay>(\d+) characters are left out here<\/relay>\n/,
        );
        if (left === undefined) {
          expect(cut).toBe(text);
          return;
        }
        expect(head.length + Number(left) + tail.length).toBe(text.length);
        expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
      },
    ),
  );
});
