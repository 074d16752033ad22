import type { EventPayload, RelayEvent } from '#shared/events.ts';
import type { ModelPrice, TokenRates } from '#shared/models.ts';
import { addUsage, noUsage, type Usage } from '#shared/usage.ts';
import { isByClaudeCode } from './replays.ts';

/** One request to the supervisor and what came of it. */
export interface CallFacts {
  started: EventPayload<'call.started'>;
  finished: EventPayload<'call.finished'> | null;
  failed: EventPayload<'call.failed'> | null;
  model: string;
  usage: Usage | null;
  costUsd: number | null;
  savedUsd: number;
  /** The price is what the API would take; Claude Code has its own plan. */
  isEstimate: boolean;
  /** The tools it asked for. */
  tools: string[];
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
        isEstimate: isByClaudeCode(event),
        tools: events.flatMap(({ type, payload }) =>
          type === 'tool_call' && payload.callId === callId ? [payload.name] : [],
        ),
      },
    ];
  });
}

export interface Total {
  /** null: nothing of it has a price. */
  costUsd: number | null;
  isEstimate: boolean;
  usage: Usage;
  /** Calls by a model that the price table does not know. */
  unpriced: number;
}

export function totalOf(calls: readonly CallFacts[]): Total {
  const used = calls.filter(({ usage }) => usage !== null);
  const priced = used.filter(({ costUsd }) => costUsd !== null);
  return {
    costUsd:
      used.length > 0 && priced.length === 0
        ? null
        : priced.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0),
    isEstimate: priced.some(({ isEstimate }) => isEstimate),
    usage: used.reduce((sum, { usage }) => addUsage(sum, usage ?? noUsage), noUsage),
    unpriced: used.length - priced.length,
  };
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
