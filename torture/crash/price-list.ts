import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Usage } from '#shared/usage.ts';

/** Prices reckoned in whole numbers and without Relay's own code, so that the two can differ. */
export interface PriceList {
  /** Dollars with ten digits after the point. @throws for a model that has no price */
  costUsd(model: string, usage: Usage): string;
}

/** Prices have up to four digits; a token is a millionth of what they are for. */
const priceDigits = 4;
const digitsAfterPoint = 10;

export function openPriceList(): PriceList {
  const file = path.join(import.meta.dirname, '..', '..', 'resources', 'prices.json');
  // The file is Relay's own and has this form; a test of Relay's holds it to that.
  const { models } = JSON.parse(readFileSync(file, 'utf8')) as {
    models: Record<string, Usage | undefined>;
  };
  return {
    costUsd(model, usage) {
      const price = models[model];
      if (!price) throw new Error(`${model} has no price`);
      const total =
        part(usage.input, price.input) +
        part(usage.output, price.output) +
        part(usage.cacheRead, price.cacheRead) +
        part(usage.cacheWrite5m, price.cacheWrite5m) +
        part(usage.cacheWrite1h, price.cacheWrite1h);
      const text = total.toString().padStart(digitsAfterPoint + 1, '0');
      return `${text.slice(0, -digitsAfterPoint)}.${text.slice(-digitsAfterPoint)}`;
    },
  };
}

/** In ten-billionths of a dollar. */
function part(tokens: number, usdPerMillion: number): bigint {
  return BigInt(tokens) * BigInt(Math.round(usdPerMillion * 10 ** priceDigits));
}
