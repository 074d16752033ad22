import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { noUsage, type Usage } from '#shared/usage.ts';

/** USD per million tokens, by what the tokens were. Read prices are their own, never derived. */
const rates = {
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  cacheRead: z.number().nonnegative(),
  cacheWrite5m: z.number().nonnegative(),
  cacheWrite1h: z.number().nonnegative(),
} satisfies Record<keyof Usage, z.ZodNumber>;
const partNames = Object.keys(rates) as (keyof Usage)[]; // The keys of an object literal are its own.

const limits = {
  /** Tokens that input and output share. */
  contextTokens: z.number().int().positive(),
  maxOutputTokens: z.number().int().positive(),
  /** A shorter prefix is silently not cached. */
  minimumCachedTokens: z.number().int().nonnegative(),
};

/** Rates for the whole request once its prompt, cached tokens included, is longer than this. */
const Band = z.strictObject({ promptTokens: z.number().int().positive(), ...rates });

const ModelPrice = z.strictObject({
  ...rates,
  ...z.object(limits).partial().shape,
  above: Band.nullable().optional(),
  endOfLife: z.iso.date().optional(),
});
export type ModelPrice = z.infer<typeof ModelPrice>;

/** For a model that is in the table it is enough to give what differs. */
const PriceChange = ModelPrice.partial();

const PriceFile = z.object({
  date: z.iso.date(),
  sources: z.array(z.string()).min(1),
  models: z.record(z.string(), ModelPrice),
});

export interface Prices {
  /** When the shipped prices were true: YYYY-MM-DD. */
  date: string;
  models: ReadonlyMap<string, ModelPrice>;
}

export type Cost =
  | {
      known: true;
      usd: number;
      /** Dollars by kind of token; their sum is `usd`. */
      parts: Record<keyof Usage, number>;
      /** `above`: the whole request is charged at the long-prompt rates. */
      band: 'base' | 'above';
      /** What the same tokens would have cost without a cache, minus what they did; can be negative. */
      savedByCacheUsd: number;
    }
  /** The table has no such model: the cost is not zero but unknown. */
  | { known: false; model: string };

/**
 * The shipped table with the owner's own prices laid over it.
 *
 * @param shippedFile path of resources/prices.json; that it cannot be read is a bug and throws
 * @param override `prices` of config.yaml: entries by model id, shaped as in the file
 * @returns `problems`: one sentence for each entry that could not be used and was left out
 */
export function loadPrices(
  shippedFile: string,
  override: unknown = {},
): { prices: Prices; problems: string[] } {
  const shipped = PriceFile.parse(JSON.parse(readFileSync(shippedFile, 'utf8')));
  const models = new Map(Object.entries(shipped.models));
  const problems: string[] = [];
  const entries = z.record(z.string(), z.unknown()).safeParse(override ?? {});
  if (!entries.success) problems.push('prices must be a table of models; it was left out.');
  for (const [model, change] of Object.entries(entries.data ?? {})) {
    const changed = changedPrice(model, models.get(model), change);
    if ('problem' in changed) problems.push(changed.problem);
    else models.set(model, changed.price);
  }
  return { prices: { date: shipped.date, models }, problems };
}

/** What a call cost, from the API's own counts. */
export function costUsd(usage: Usage, model: string, prices: Prices): Cost {
  const price = priceOf(model, prices);
  if (!price) return { known: false, model };
  const promptTokens = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  const isAbove = price.above ? promptTokens > price.above.promptTokens : false;
  const rate = isAbove && price.above ? price.above : price;
  const parts = { ...noUsage };
  for (const part of partNames) parts[part] = (usage[part] * rate[part]) / 1e6;
  const usd = partNames.reduce((sum, part) => sum + parts[part], 0);
  const uncachedUsd = (promptTokens * rate.input) / 1e6 + parts.output;
  const band = isAbove ? 'above' : 'base';
  return { known: true, usd, parts, band, savedByCacheUsd: uncachedUsd - usd };
}

/** What a model can take, where the table says so. */
export function modelLimits(
  model: string,
  prices: Prices,
): Pick<ModelPrice, keyof typeof limits> | undefined {
  const price = priceOf(model, prices);
  if (!price) return undefined;
  const { contextTokens, maxOutputTokens, minimumCachedTokens } = price;
  return { contextTokens, maxOutputTokens, minimumCachedTokens };
}

/** A dated id (`claude-haiku-4-5-20251001`) is priced as its base, unless it has its own entry. */
export function priceOf(model: string, prices: Prices): ModelPrice | undefined {
  return prices.models.get(model) ?? prices.models.get(model.replace(/-\d{8}$/, ''));
}

function changedPrice(
  model: string,
  known: ModelPrice | undefined,
  change: unknown,
): { price: ModelPrice } | { problem: string } {
  const parsed = (known ? PriceChange : ModelPrice).safeParse(change);
  if (!parsed.success) return { problem: problemOf(model, parsed.error, known === undefined) };
  const given = Object.fromEntries(
    Object.entries(parsed.data).filter(([, value]) => value !== undefined),
  );
  return { price: ModelPrice.parse({ ...known, ...given }) };
}

function problemOf(model: string, error: z.ZodError, isNew: boolean): string {
  const issue = error.issues[0];
  const path = ['prices', model, ...(issue?.path ?? [])].join('.');
  const leftOut = isNew
    ? `Calls by ${model} are not priced until it is mended.`
    : `The shipped price of ${model} stays.`;
  if (issue?.code === 'unrecognized_keys') {
    return `${path}: "${issue.keys[0]}" is not a price. ${leftOut}`;
  }
  if (issue?.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return `${path} is missing; give USD per million tokens. ${leftOut}`;
  }
  const isRate = partNames.includes(issue?.path.at(-1) as keyof Usage); // Any other name is none.
  const wanted = isRate ? 'must be a number of 0 or more, USD per million tokens' : issue?.message;
  return `${path}: ${wanted ?? 'is not a price'}. ${leftOut}`;
}
