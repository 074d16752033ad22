import { isDeepStrictEqual } from 'node:util';
import type { RelayEvent } from '#shared/events.ts';
import type { Usage } from '#shared/usage.ts';
import { openPriceList } from '../crash/price-list.ts';
import type { WireCall } from './faulty-wire.ts';

const prices = openPriceList();

/** What Relay keeps of the cost of a call. */
interface Kept {
  requestId: string | null;
  usage: Usage | null;
  costUsd: number | null;
  hasFailed: boolean;
}

/**
 * The costs that Relay keeps are what the wire was told, call by call.
 * @param isSlow what was sent takes so long that Relay may have hung up before any of it came
 */
export function checkCosts(
  events: readonly RelayEvent[],
  calls: readonly WireCall[],
  isSlow: boolean,
): string[] {
  const kept = events.flatMap(keptOf);
  const failures = kept.flatMap((one) => {
    const call = calls.find(
      ({ requestId }) => requestId !== undefined && requestId === one.requestId,
    );
    const mayBeLost = isSlow || call?.isReset;
    return mayBeLost && one.hasFailed && !one.usage ? [] : checkCost(one, call);
  });
  // A call that the wire saw and that Relay keeps nothing of is money nobody knows of.
  const known = new Set(kept.map(({ requestId }) => requestId));
  // Relay hung up before the headers came, on a machine that is at too much else: it has no name of it.
  let unnamed = kept.filter(({ requestId, hasFailed }) => hasFailed && requestId === null).length;
  for (const { requestId, told, number, isReset } of calls) {
    if (told && requestId && !known.has(requestId) && !isSlow && !isReset) {
      unnamed -= 1;
      if (unnamed >= 0) continue;
      failures.push(`Request ${number} was charged, and Relay keeps nothing of it.`);
    }
  }
  return failures;
}

function keptOf(event: RelayEvent): Kept[] {
  if (event.type === 'call.finished') {
    const { requestId, usage, costUsd } = event.payload;
    return [{ requestId, usage, costUsd, hasFailed: false }];
  }
  if (event.type !== 'call.failed') return [];
  const { fault, usage, costUsd } = event.payload;
  return [{ requestId: fault.requestId ?? null, usage, costUsd, hasFailed: true }];
}

function checkCost(
  { requestId, usage, costUsd, hasFailed }: Kept,
  call: WireCall | undefined,
): string[] {
  const told = call?.told ?? null;
  const name = `Request ${call?.number ?? requestId}`;
  if (!hasFailed && !call) return [`${name} was answered, and the wire never saw it.`];
  if (told === null) {
    return costUsd === null
      ? []
      : [`${name} did not say what it used, and Relay counts ${costUsd} dollars.`];
  }
  // Of an answer that broke it is known what was said before, which may be less than what was sent.
  const isPartly = hasFailed && isDeepStrictEqual(usage, call?.toldBefore);
  if (!isDeepStrictEqual(usage, told) && !isPartly) {
    return [`${name} used ${JSON.stringify(told)}, and ${JSON.stringify(usage)} is kept.`];
  }
  if (usage === null) return [];
  const wanted = prices.costUsd(call?.model ?? '', usage);
  return costUsd !== null && costUsd.toFixed(10) === wanted
    ? []
    : [`${name} costs ${wanted}, and ${costUsd} is kept.`];
}
