import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noUsage, type Usage } from '#shared/usage.ts';
import { costUsd, loadPrices, modelLimits, type Prices } from './prices.ts';

const shippedFile = fileURLToPath(new URL('../../../../resources/prices.json', import.meta.url));
const { prices } = loadPrices(shippedFile);

function usdOf(usage: Partial<Usage>, model: string, table: Prices = prices): number {
  const cost = costUsd({ ...noUsage, ...usage }, model, table);
  if (!cost.known) throw new Error(`no price for ${model}`);
  return cost.usd;
}

const million = 1_000_000;

describe('the shipped table', () => {
  // anthropic-facts.md 1.1: input, output, write 5m, write 1h, read, each for a million tokens.
  test.each([
    ['claude-fable-5-2', 8, 40, 10, 16, 0.2],
    ['claude-mythos-5-2', 8, 40, 10, 16, 0.2],
    ['claude-opus-5-5', 4, 20, 5, 8, 0.2],
    ['claude-sonnet-5-5', 2, 10, 2.5, 4, 0.1],
    ['claude-fable-5-1', 10, 50, 12.5, 20, 0.25],
    ['claude-fable-5', 10, 50, 12.5, 20, 1],
    ['claude-opus-5', 5, 25, 6.25, 10, 0.5],
    ['claude-sonnet-5', 2, 10, 2.5, 4, 0.2],
    ['claude-opus-4-8', 5, 25, 6.25, 10, 0.5],
    ['claude-opus-4-7', 5, 25, 6.25, 10, 0.5],
    ['claude-opus-4-6', 5, 25, 6.25, 10, 0.5],
    ['claude-opus-4-5', 5, 25, 6.25, 10, 0.5],
    ['claude-sonnet-4-6', 3, 15, 3.75, 6, 0.3],
    ['claude-sonnet-4-5', 3, 15, 3.75, 6, 0.3],
    ['claude-haiku-4-5', 1, 5, 1.25, 2, 0.1],
  ])('%s', (model, input, output, write5m, write1h, read) => {
    expect(usdOf({ input: million }, model)).toBeCloseTo(input, 10);
    expect(usdOf({ output: million }, model)).toBeCloseTo(output, 10);
    expect(usdOf({ cacheWrite5m: million }, model)).toBeCloseTo(write5m, 10);
    expect(usdOf({ cacheWrite1h: million }, model)).toBeCloseTo(write1h, 10);
    expect(usdOf({ cacheRead: million }, model)).toBeCloseTo(read, 10);
  });

  test('says when it was true and what each model can take', () => {
    expect(prices.date).toBe('2026-11-18');
    expect(modelLimits('claude-opus-5-5', prices)).toEqual({
      contextTokens: 1_000_000,
      maxOutputTokens: 128_000,
      minimumCachedTokens: 512,
    });
    expect(modelLimits('claude-haiku-4-5-20251001', prices)?.contextTokens).toBe(200_000);
    expect(modelLimits('claude-nobody-1', prices)).toBeUndefined();
  });
});

describe('the cost of a call', () => {
  test('adds up over a real mixture, to the cent and below', () => {
    const usage = {
      input: 1_250,
      output: 820,
      cacheRead: 96_400,
      cacheWrite5m: 3_100,
      cacheWrite1h: 12_000,
    };
    // 1250*4 + 820*20 + 96400*0.2 + 3100*5 + 12000*8 = 152180 millionths
    const cost = costUsd(usage, 'claude-opus-5-5', prices);
    expect(cost).toMatchObject({ known: true, band: 'base' });
    if (!cost.known) return;
    expect(cost.usd).toBeCloseTo(0.15218, 10);
    expect(cost.parts.input).toBeCloseTo(0.005, 10);
    expect(cost.parts.output).toBeCloseTo(0.0164, 10);
    expect(cost.parts.cacheRead).toBeCloseTo(0.01928, 10);
    expect(cost.parts.cacheWrite5m).toBeCloseTo(0.0155, 10);
    expect(cost.parts.cacheWrite1h).toBeCloseTo(0.096, 10);
    // Uncached: 112750*4 + 820*20 = 467400 millionths
    expect(cost.savedByCacheUsd).toBeCloseTo(0.4674 - 0.15218, 10);
  });

  test('of Haiku 5.5 leaps for the whole request above 100,000 prompt tokens, cached or not', () => {
    const model = 'claude-haiku-5-5';
    const at = { input: 20_000, cacheRead: 50_000, cacheWrite5m: 20_000, cacheWrite1h: 10_000 };
    const low = costUsd({ ...at, output: 1_000 }, model, prices);
    const high = costUsd({ ...at, cacheRead: 50_001, output: 1_000 }, model, prices);
    // 20000*0.1 + 1000*0.5 + 50000*0.01 + 20000*0.125 + 10000*0.2 = 7500 millionths
    expect(low).toMatchObject({ band: 'base', usd: expect.closeTo(0.0075, 10) });
    // five times that, and one more token read at 0.05
    expect(high).toMatchObject({ band: 'above', usd: expect.closeTo(0.03750005, 10) });
  });

  test('of a long prompt is flat for every other model', () => {
    expect(usdOf({ input: 500_000 }, 'claude-sonnet-5-5')).toBeCloseTo(1, 10);
  });

  test('of a dated id is that of its base; of an unknown model it is not known', () => {
    expect(usdOf({ input: million }, 'claude-haiku-4-5-20251001')).toBe(1);
    const usage = { ...noUsage, input: 5 };
    for (const model of ['claude-opus-9', 'gpt-x', 'claude-opus-5-5-fast', '']) {
      expect(costUsd(usage, model, prices)).toEqual({ known: false, model });
    }
  });

  test('is the sum of its parts, and nothing for no tokens', () => {
    const count = fc.integer({ min: 0, max: 2_000_000 });
    const usages = fc.record({
      input: count,
      output: count,
      cacheRead: count,
      cacheWrite5m: count,
      cacheWrite1h: count,
    });
    fc.assert(
      fc.property(usages, fc.constantFrom(...prices.models.keys()), (usage, model) => {
        const cost = costUsd(usage, model, prices);
        if (!cost.known) return false;
        const sum = Object.values(cost.parts).reduce((total, part) => total + part, 0);
        return Math.abs(sum - cost.usd) < 1e-9 && Object.values(cost.parts).every((p) => p >= 0);
      }),
    );
    expect(usdOf(noUsage, 'claude-opus-5-5')).toBe(0);
  });
});

describe('the owner’s own prices', () => {
  test('change what they name and nothing else', () => {
    const own = loadPrices(shippedFile, { 'claude-opus-5-5': { output: 18 } });
    expect(own.problems).toEqual([]);
    expect(usdOf({ output: million }, 'claude-opus-5-5', own.prices)).toBe(18);
    expect(usdOf({ input: million }, 'claude-opus-5-5', own.prices)).toBe(4);
    expect(modelLimits('claude-opus-5-5', own.prices)?.contextTokens).toBe(1_000_000);
  });

  test('can take a band away and price a model of their own', () => {
    const rates = { input: 1, output: 2, cacheRead: 0, cacheWrite5m: 1, cacheWrite1h: 1 };
    const own = loadPrices(shippedFile, {
      'claude-haiku-5-5': { above: null },
      'house-model': rates,
    });
    expect(own.problems).toEqual([]);
    expect(usdOf({ input: million }, 'claude-haiku-5-5', own.prices)).toBe(0.1);
    expect(usdOf({ output: million }, 'house-model', own.prices)).toBe(2);
  });

  test.each([
    [
      { 'claude-opus-5-5': { output: '20' } },
      'prices.claude-opus-5-5.output: must be a number of 0 or more, USD per million tokens. The shipped price of claude-opus-5-5 stays.',
    ],
    [
      { 'claude-opus-5-5': { outptu: 20 } },
      'prices.claude-opus-5-5: "outptu" is not a price. The shipped price of claude-opus-5-5 stays.',
    ],
    [
      { 'house-model': { input: 1, output: 2, cacheWrite5m: 1, cacheWrite1h: 1 } },
      'prices.house-model.cacheRead is missing; give USD per million tokens. Calls by house-model are not priced until it is mended.',
    ],
    [['claude-opus-5-5'], 'prices must be a table of models; it was left out.'],
  ])('that are wrong are named and left out: %j', (override, problem) => {
    const own = loadPrices(shippedFile, override);
    expect(own.problems).toEqual([problem]);
    expect(own.prices.models.get('claude-opus-5-5')).toEqual(prices.models.get('claude-opus-5-5'));
  });

  test('that are wrong do not spoil the ones that are right', () => {
    const own = loadPrices(shippedFile, {
      'claude-opus-5-5': { input: -1 },
      'claude-sonnet-5-5': { input: 3 },
    });
    expect(own.problems).toHaveLength(1);
    expect(usdOf({ input: million }, 'claude-sonnet-5-5', own.prices)).toBe(3);
  });
});

test('a broken shipped table is a bug and throws', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'relay-prices-')), 'prices.json');
  writeFileSync(file, '{"date":"2026-11-18","sources":["x"],"models":{"m":{"input":1}}}');
  expect(() => loadPrices(file)).toThrow();
});
