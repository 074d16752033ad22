import { join } from 'node:path';
import type { Usage } from '#shared/usage.ts';
import { messagesParams } from '../src/main/core/supervisor/anthropic-request.ts';
import { costUsd, loadPrices } from '../src/main/core/supervisor/prices.ts';
import { approximateTokens, servedModels } from '../src/main/demo/messages-api/models.ts';
import { createPromptCache } from '../src/main/demo/messages-api/prompt-cache.ts';
import {
  type CountTokensRequest,
  judgeCountTokensRequest,
} from '../src/main/demo/messages-api/request-rules.ts';
import { dayOf, kinds } from './day.ts';
import { type Measurement, ratioRow } from './measurement.ts';
import { simulatedRelay } from './simulated-relay.ts';
import { chanceFrom, sourceWords } from './words.ts';

const startAt = new Date(2026, 10, 23, 9).getTime();
/** Thought before each answer; charged as output, whatever is done about the cache. */
const thinkingTokens = 250;
const prices = loadPrices(join(import.meta.dirname, '..', 'resources', 'prices.json')).prices;

/** What can be done about the cache; each is charged for the same prompts at the same times. */
const ways = ['auto', '5m', '1h', 'system', 'none'] as const;
type Way = (typeof ways)[number];
type Bill = Record<Way, { usd: number; usage: Usage }>;

/** What a day's supervision costs by the price table, with the prompts that the relay would send. */
export const tokens: Measurement = {
  name: 'tokens',
  about: 'the bill of a simulated day, by what is cached and for how long',
  sizes: { exchangesOfDay: 500 },
  async run({ size, say }) {
    const bills: Record<string, Bill> = {};
    for (const name of Object.keys(kinds) as (keyof typeof kinds)[]) {
      say(`${name}: ${kinds[name].about}`);
      bills[name] = await billOf(kinds[name], size('exchangesOfDay'));
    }
    const rows = Object.entries(bills).flatMap(([name, bill]) => {
      const day = `${name} day`;
      const relay = bill.auto.usd;
      return [
        ratioRow(
          day,
          'USD',
          relay,
          { name: 'only the system cached', value: bill.system.usd },
          0.25,
        ),
        ratioRow(day, 'USD', relay, { name: 'no caching', value: bill.none.usd }),
        ratioRow(day, 'USD', relay, { name: 'all of it for 5 min', value: bill['5m'].usd }),
        ratioRow(day, 'USD', relay, { name: 'all of it for 1 h', value: bill['1h'].usd }),
      ];
    });
    return { rows, samples: bills };
  },
};

async function billOf(kind: Parameters<typeof dayOf>[0], count: number): Promise<Bill> {
  const chance = chanceFrom(777);
  let now = startAt;
  const accounts = ways.map((way) => ({
    way,
    cache: createPromptCache(() => now),
    usd: 0,
    usage: { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 },
  }));
  const relay = await simulatedRelay(startAt, sourceWords(chance), (request, at, characters) => {
    now = at;
    const model = servedModels.find(({ id }) => id === request.model);
    if (!model) throw new Error(`${request.model} is not served`);
    for (const account of accounts) {
      const { cache, way } = account;
      const charge = cache.charge(bodyFor(request, way), model);
      charge.commit();
      const output = approximateTokens('x'.repeat(characters), model) + thinkingTokens;
      const usage = { ...charge.usage, output };
      const cost = costUsd(usage, model.id, prices);
      if (!cost.known) throw new Error(`${model.id} has no price`);
      account.usd += cost.usd;
      for (const part of Object.keys(usage) as (keyof Usage)[]) account.usage[part] += usage[part];
    }
  });
  try {
    for (const spoken of dayOf(kind, count, startAt, chance)) await relay.exchange(spoken);
  } finally {
    await relay.stop();
  }
  // Every way has its account.
  return Object.fromEntries(accounts.map(({ way, usd, usage }) => [way, { usd, usage }])) as Bill;
}

/** The relay's own request, with the breakpoints of the way. */
function bodyFor(request: Parameters<typeof messagesParams>[0], way: Way): CountTokensRequest {
  const ttl = way === 'auto' ? request.cacheTtl : way === '1h' ? '1h' : '5m';
  const { stream: _, max_tokens: __, ...params } = messagesParams({ ...request, cacheTtl: ttl });
  const ruling = judgeCountTokensRequest(JSON.parse(JSON.stringify(params)));
  if (!ruling.ok) throw new Error(ruling.message);
  const { body } = ruling;
  if (way === 'none' && Array.isArray(body.system)) {
    for (const block of body.system) delete block.cache_control;
  }
  if (way === 'none' || way === 'system') {
    for (const { content } of body.messages) {
      if (Array.isArray(content)) for (const block of content) delete block.cache_control;
    }
  }
  return body;
}
