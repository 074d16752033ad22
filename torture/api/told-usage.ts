import type { Usage } from '#shared/usage.ts';
import { eventsIn } from './wire-events.ts';

const parts = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;

/** More tokens than any model reads or writes in one call. */
const mostTokens = 100_000_000;

/**
 * What an answer, as far as it was sent, says of its usage; null: nothing that can be. Reckoned without
 * Relay's own code, from the rules: the last count of each part stands, writes into the cache that
 * nobody splits have the life that was asked for (five minutes here), what cannot be is unknown, and a
 * refusal without a word is free.
 */
export function usageTold(sent: string): Usage | null {
  let told: Record<string, unknown> | undefined;
  let isSilent = true;
  let isRefused = false;
  for (const { name, data } of eventsIn(sent.replaceAll('\r\n', '\n'))) {
    if (name === 'message_start') told = readFrom(fieldOf(data.message, 'usage'), {});
    if (name === 'message_delta') {
      isRefused = fieldOf(data.delta, 'stop_reason') === 'refusal';
      const said = data.usage;
      if (typeof said === 'object' && said !== null) {
        told = told || 'input_tokens' in said ? readFrom(said, told ?? {}) : undefined;
      }
    }
    if (
      name === 'content_block_delta' &&
      /"(?:text|partial_json)":"./.test(JSON.stringify(data.delta))
    ) {
      isSilent = false;
    }
  }
  if (!told || (isRefused && isSilent)) return null;
  const usage = Object.fromEntries(parts.map((part) => [part, told[part] ?? 0]));
  const isPossible = parts.every((part) => isCount(usage[part]));
  // Each part was just seen to be a number.
  return isPossible ? (usage as unknown as Usage) : null;
}

const isCount = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= mostTokens;

function readFrom(
  said: unknown,
  before: Record<string, unknown>,
): Record<string, unknown> | undefined {
  if (typeof said !== 'object' || said === null) return undefined;
  const split = fieldOf(said, 'cache_creation');
  const cacheWrite5m = fieldOf(split, 'ephemeral_5m_input_tokens') ?? before.cacheWrite5m ?? 0;
  const cacheWrite1h = fieldOf(split, 'ephemeral_1h_input_tokens') ?? before.cacheWrite1h ?? 0;
  const total = Number(fieldOf(said, 'cache_creation_input_tokens') ?? 0);
  const unsplit = Math.max(0, total - Number(cacheWrite5m) - Number(cacheWrite1h));
  return {
    // `null` in a delta says that nothing has changed; what must be there at the start must be a number.
    input: fieldOf(said, 'input_tokens') ?? before.input ?? 'missing',
    output: fieldOf(said, 'output_tokens') ?? before.output ?? 'missing',
    cacheRead: fieldOf(said, 'cache_read_input_tokens') ?? before.cacheRead ?? 0,
    cacheWrite5m: typeof cacheWrite5m === 'number' ? cacheWrite5m + unsplit : cacheWrite5m,
    cacheWrite1h,
  };
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}
