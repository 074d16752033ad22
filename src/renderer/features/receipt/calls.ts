import type { EventPayload, RelayEvent } from '#shared/events.ts';
import type { ModelPrice, TokenRates } from '#shared/models.ts';
import type { Usage } from '#shared/usage.ts';

/** One request to the supervisor and what came of it. */
export interface CallFacts {
  started: EventPayload<'call.started'>;
  finished: EventPayload<'call.finished'> | null;
  failed: EventPayload<'call.failed'> | null;
  model: string;
  usage: Usage | null;
  costUsd: number | null;
  savedUsd: number;
}

export function callsOf(events: readonly RelayEvent[]): CallFacts[] {
  return events.flatMap((event) => {
    if (event.type !== 'call.started') return [];
    const { callId } = event.payload;
    const finished = find(events, 'call.finished', callId);
    const failed = find(events, 'call.failed', callId);
    const end = finished ?? failed;
    return [
      {
        started: event.payload,
        finished,
        failed,
        model: end?.model ?? event.payload.model,
        usage: end?.usage ?? null,
        costUsd: end?.costUsd ?? null,
        savedUsd: end?.savedByCacheUsd ?? 0,
      },
    ];
  });
}

function find<T extends 'call.finished' | 'call.failed'>(
  events: readonly RelayEvent[],
  type: T,
  callId: string,
): EventPayload<T> | null {
  const found = events.find((event) => {
    const { payload } = event;
    return event.type === type && 'callId' in payload && payload.callId === callId;
  });
  // Found by this very type.
  return (found?.payload as EventPayload<T> | undefined) ?? null;
}

export const tokenKinds = [
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'input',
  'output',
] as const satisfies readonly (keyof Usage)[];

export interface PriceLine {
  kind: keyof Usage;
  tokens: number;
  /** USD per million. */
  rate: number;
  usd: number;
}

/** What each kind of token cost by a price of today; the whole request at the band it falls in. */
export function priceLines(usage: Usage, price: ModelPrice): PriceLine[] {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  const { above } = price;
  const rates: TokenRates = above && prompt > above.promptTokens ? above : price;
  return tokenKinds
    .filter((kind) => usage[kind] > 0)
    .map((kind) => {
      const [tokens, rate] = [usage[kind], rates[kind]];
      return { kind, tokens, rate, usd: (tokens * rate) / 1e6 };
    });
}
