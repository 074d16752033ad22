import fc from 'fast-check';
import { expect, test } from 'vitest';
import { confidence } from './confidence.ts';
import { frustration } from './frustration.ts';
import { heardMs, levelAt } from './level.ts';
import { type Occurrence, type OccurrenceName, occurrenceWords } from './occurrence.ts';
import { drives } from './registry.ts';

const halfLifeMs = 3_600_000;
const start = 1_800_000_000_000;
const usual = (name: OccurrenceName) =>
  frustration.raisedBy[name] ?? frustration.loweredBy[name] ?? 0;
const rules = { halfLifeMs, weightOf: usual };

function happened(name: OccurrenceName, at: number, seq = 1): Occurrence {
  return { name, key: null, seq, at, exchangeId: null };
}
const level = (occurrences: readonly Occurrence[], at: number) =>
  levelAt(frustration, occurrences, rules, at).value;

test('halves with every half-life', () => {
  const failed = [happened('wentInCircles', start)];
  expect(level(failed, start)).toBe(0.5);
  expect(level(failed, start + halfLifeMs)).toBeCloseTo(0.25, 12);
  expect(level(failed, start + 3 * halfLifeMs)).toBeCloseTo(0.0625, 12);
  expect(level(failed, start + heardMs(halfLifeMs) + 1)).toBe(0);
  expect(level([], start)).toBe(0);
});

test('adds a share of what is missing and takes away a share of what is there', () => {
  const twice = [happened('sessionFailed', start), happened('sessionFailed', start)];
  expect(level(twice, start)).toBeCloseTo(0.3 + 0.3 * 0.7, 12);
  const looked = [...twice, happened('ownerAnswered', start)];
  expect(level(looked, start)).toBeCloseTo(0.51 * 0.6, 12);
});

test('what does not concern a drive leaves it as it is', () => {
  expect(level([happened('replyTaken', start)], start)).toBe(0);
  const { value } = levelAt(confidence, [happened('toolFailed', start)], rules, start);
  expect(value).toBe(0);
});

test('the shares tell what accounts for it', () => {
  const mixed = [happened('sessionFailed', start), happened('toolFailed', start + halfLifeMs)];
  const { value, shares } = levelAt(frustration, mixed, rules, start + halfLifeMs);
  expect(shares.get('sessionFailed')).toBeCloseTo(0.15, 12);
  expect(shares.get('toolFailed')).toBeCloseTo(0.15 * 0.85, 12);
  expect(value).toBeCloseTo(0.15 + 0.1275, 12);
});

test('a clock that was set back neither raises nor fades anything', () => {
  const failed = [happened('wentInCircles', start), happened('replyTaken', start - 5 * halfLifeMs)];
  expect(level(failed, start)).toBe(0.5);
});

const names = Object.keys(occurrenceWords) as OccurrenceName[];
const history = fc
  .array(fc.record({ name: fc.constantFrom(...names), afterMs: fc.nat(4 * halfLifeMs) }), {
    maxLength: 60,
  })
  .map((steps) => {
    let at = start;
    return steps.map(({ name, afterMs }, index) => {
      at += afterMs;
      return happened(name, at, index + 1);
    });
  });

test('stays within its bounds over any history and any weights', () => {
  fc.assert(
    fc.property(history, fc.double({ min: 0, max: 1, noNaN: true }), (occurrences, weight) => {
      const end = occurrences.at(-1)?.at ?? start;
      for (const drive of drives) {
        const given = { halfLifeMs, weightOf: () => weight };
        const { value, shares } = levelAt(drive, occurrences, given, end);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        for (const share of shares.values()) expect(share).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

test('only fades while nothing happens', () => {
  fc.assert(
    fc.property(history, fc.nat(20 * halfLifeMs), fc.nat(halfLifeMs), (occurrences, a, b) => {
      const end = occurrences.at(-1)?.at ?? start;
      expect(level(occurrences, end + a + b)).toBeLessThanOrEqual(
        level(occurrences, end + a) + 1e-9,
      );
    }),
  );
});

test('what is older than it hears changes nothing, however much there was', () => {
  fc.assert(
    fc.property(history, (occurrences) => {
      const at = (occurrences.at(-1)?.at ?? start) + 1000;
      const heard = occurrences.filter((one) => one.at >= at - heardMs(halfLifeMs));
      expect(level(occurrences, at)).toBe(level(heard, at));
    }),
  );
});
