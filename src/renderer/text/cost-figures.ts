import { formatUsd } from '#shared/format.ts';
import type { Usage } from '#shared/usage.ts';
import { localDay } from './time.ts';

/** The part of the prompts that came from the cache, 0 to 1; 0 where nothing was sent. */
export function cacheRate({ input, cacheRead, cacheWrite5m, cacheWrite1h }: Usage): number {
  const prompt = input + cacheRead + cacheWrite5m + cacheWrite1h;
  return prompt === 0 ? 0 : cacheRead / prompt;
}

/** Money with a mark where some of it is an estimate: the owner's Claude Code answered. */
export const costWords = ({ usd, estimatedUsd }: { usd: number; estimatedUsd: number }): string =>
  estimatedUsd > 0 ? `~${formatUsd(usd)}` : formatUsd(usd);

export const percent = (rate: number): string => `${Math.round(rate * 100)}%`;

/** The last days as local dates (YYYY-MM-DD), oldest first, today last. */
export function lastDays(count: number, now: number): string[] {
  const today = new Date(now);
  return Array.from({ length: count }, (_, index) => {
    const date = new Date(
      today.getFullYear(),
      today.getMonth(),
      today.getDate() - (count - 1 - index),
    );
    return localDay(date.getTime());
  });
}
