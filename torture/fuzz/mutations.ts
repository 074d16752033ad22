import fc from 'fast-check';

/** What breaks parsers: ends and beginnings of every syntax at hand, and characters nobody sees. */
const dictionary = [
  ...['"', "'", '\\', '{', '}', '[', ']', ',', ':', '\n', '\r\n', '\t', ' ', '\0', '#', '=', '@'],
  ...[
    '- ',
    '? ',
    ': ',
    '&a ',
    '*a',
    '<<: *a',
    '!!binary ',
    '!!js/function ',
    '%YAML 1.1\n',
    '---\n',
  ],
  ...['...\n', '|+\n', '>-\n', '~', '.nan', '.inf', '0x1f', '1e999', '-0', '12345678901234567890'],
  ...['\uFEFF', '\u2028', '\u202e', '\u200b', '\u0085', '\u001b[2J', '\u0007', '\ud83d', '😀'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'prototype',
    'null',
    'true',
    '"\\u0000"',
    '"\\ud800"',
  ],
  ...['i1:', 'i999999999999999:', 'relay:approve:i1:', '@s1:', '../', '%2e%2e%2f', '$(id)', '`id`'],
  ...['$' + '{x}', '$HOME', '; rm -rf /', '&& x', '| y', '>/tmp/z', '<<EOF\n', '\\\n', 'export '],
].map((text) => Buffer.from(text, 'utf8'));

/** A number as it stands in the place of another. */
const numbers = ['0', '-1', '1e400', '2147483648', '9007199254740993', 'NaN', '0.1', ''];

type Change = (bytes: Buffer, other: Buffer) => Buffer;

const place = fc.integer({ min: 0, max: 0xffff });
const at = (bytes: Buffer, where: number): number => where % (bytes.length + 1);
const put = (bytes: Buffer, where: number, length: number, piece: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, where), piece, bytes.subarray(where + length)]);

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(place, fc.constantFrom(...dictionary)).map(
      ([where, piece]): Change =>
        (bytes) =>
          put(bytes, at(bytes, where), 0, piece),
    ),
  },
  fc.tuple(place, fc.integer({ min: 0, max: 255 })).map(
    ([where, byte]): Change =>
      (bytes) =>
        put(bytes, at(bytes, where), 1, Buffer.from([byte])),
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(
    ([where, length]): Change =>
      (bytes) =>
        put(bytes, at(bytes, where), length, Buffer.alloc(0)),
  ),
  // A piece of another one, in the place of a piece of this.
  fc.tuple(place, place, fc.integer({ min: 1, max: 80 })).map(
    ([where, from, length]): Change =>
      (bytes, other) =>
        put(bytes, at(bytes, where), length, other.subarray(at(other, from)).subarray(0, length)),
  ),
  fc.tuple(place, fc.constantFrom(...numbers)).map(([where, number]): Change => {
    return (bytes) => {
      const text = bytes.toString('latin1');
      const found = [...text.matchAll(/\d+/g)];
      const one = found[where % Math.max(1, found.length)];
      if (!one) return bytes;
      return put(bytes, one.index, one[0].length, Buffer.from(number));
    };
  }),
);

/** Many times over: what takes longer than it is long, and what goes down a step for each. */
const swelling: fc.Arbitrary<Change> = fc
  .tuple(
    place,
    fc.oneof(
      fc.constantFrom(...dictionary),
      fc.uint8Array({ minLength: 1, maxLength: 3 }).map((array) => Buffer.from(array)),
    ),
    fc.constantFrom(300, 3_000, 30_000, 300_000),
  )
  .map(
    ([where, piece, times]): Change =>
      (bytes) =>
        put(bytes, at(bytes, where), 0, Buffer.concat(Array.from({ length: times }, () => piece))),
  );

const changes = fc.tuple(
  fc.array(change, { maxLength: 8 }),
  fc.option(swelling, { freq: 24, nil: undefined }),
);

/** Samples with a few things done to them. */
export function mutationsOf(samples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const sample = fc.constantFrom(...samples);
  return fc.tuple(sample, sample, changes).map(([first, other, [few, swell]]) => {
    const changed = few.reduce((bytes, apply) => apply(bytes, other), first);
    return swell ? swell(changed, other) : changed;
  });
}
