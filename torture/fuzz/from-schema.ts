import fc from 'fast-check';
import type { z } from 'zod';

/** Ids that may be there, and some that never are. */
const ids = [
  's1',
  's2',
  'x1',
  'x2',
  'i1',
  'c1',
  'd1',
  'f1',
  'i999999999999999',
  'default',
  '__proto__',
];
const texts = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ids) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...['', ' ', '\0', '\u202e', '\ud83d', 'x'.repeat(70_000), '[NEEDS-JC] x', '@s1: x', '/tmp'],
      ...['"quoted" OR NEAR(x y)', '*', 'bash', 'supervisor.model', 'prices', 'autonomy', 'user'],
    ),
  },
);

/**
 * Values that a schema takes, for the most part: what it asks of a text beyond being text is left to
 * luck and to the ids above.
 */
export function fromSchema(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  // Every schema of zod's own is one of these; the union tells them apart by `type`.
  const { def } = schema._zod as unknown as { def: z.core.$ZodTypes['_zod']['def'] };
  switch (def.type) {
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(def.shape).map(([key, inner]) => [key, fromSchema(inner)]),
        ),
      );
    case 'optional':
    case 'nullable':
      return fc.oneof(
        { weight: 2, arbitrary: fromSchema(def.innerType) },
        fc.constant(null),
        missing,
      );
    case 'default':
    case 'prefault':
      return fc.oneof({ weight: 2, arbitrary: fromSchema(def.innerType) }, missing);
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries));
    case 'literal':
      return fc.constantFrom(...def.values);
    case 'union':
      return fc.oneof(...def.options.map(fromSchema));
    case 'array':
      return fc.array(fromSchema(def.element), { maxLength: 5 });
    case 'record':
      return fc.dictionary(fc.string(), fromSchema(def.valueType), { maxKeys: 4 });
    case 'pipe':
      return fromSchema(def.in);
    case 'number':
      return fc.oneof(
        fc.nat({ max: 50 }),
        fc.constantFrom(0, -1, 1.5, 1e300, 2 ** 53, -(2 ** 63), 2 ** 31),
      );
    case 'boolean':
      return fc.boolean();
    case 'string':
      return texts;
    default:
      return fc.jsonValue();
  }
}

/** Left out when it is written as JSON. */
const missing = fc.constant(undefined);

/** The same with one thing in it that is not what it was. */
export function spoiled(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(value, fc.nat({ max: 20 }), fc.jsonValue({ maxDepth: 2 }))
    .map(([whole, at, other]) => {
      if (typeof whole !== 'object' || whole === null) return other;
      const entries = Object.entries(whole);
      const [key] = entries[at % Math.max(1, entries.length)] ?? ['more'];
      return { ...whole, [key]: other };
    });
}
