import { noUsage, type Usage } from '#shared/usage.ts';
import type { ApiCall, Books, Evidence, KeptCall, Life } from './evidence.ts';
import type { PriceList } from './price-list.ts';

const latestArrivalMs = 1000;

/** Calls that the API took on and that the relay knows nothing of: what a kill has cost. */
export function lostCalls({ calls, lives }: Evidence, { calls: kept }: Books): ApiCall[] {
  const known = new Set(kept.map(({ requestId }) => requestId));
  const unknown = calls.filter(({ requestId }) => !requestId || !known.has(requestId));
  // A call that was given up before any answer came has no id on Relay's side, whatever was sent
  // later: it is told by its time, of which the end comes after the request and in the same life.
  const givenUp = kept.filter(({ requestId }) => requestId === null).map(({ atMs }) => atMs);
  const found = new Set<ApiCall>();
  for (const endedMs of givenUp.sort((a, b) => a - b)) {
    const life = lives.find(({ fromMs, toMs }) => endedMs >= fromMs && endedMs <= toMs);
    const begun = unknown.find((call) => {
      // One that was called off at once may come to the API when Relay has long thought of others.
      const lateMs = call.outcome === 'left' && !call.requestId ? latestArrivalMs : 0;
      const isBefore = call.atMs <= endedMs + lateMs;
      return !found.has(call) && isBefore && life !== undefined && isWithin(call, life);
    });
    if (begun) found.add(begun);
  }
  return unknown.filter((call) => !found.has(call));
}

/** Of each kind at most one call is lost, and so made again, for each conversation and kill. */
export function checkRepeats(evidence: Evidence, books: Books): string[] {
  const failures: string[] = [];
  const lost = lostCalls(evidence, books);
  for (const [index, life] of evidence.lives.entries()) {
    const ofLife = lost.filter((call) => isWithin(call, life));
    const atMost = life.isCutShort ? evidence.conversations : 0;
    const answers = ofLife.filter(({ about }) => about !== null);
    // Prepared beside the call that its conversation makes.
    const summaries = ofLife.filter(({ about }) => about === null);
    for (const few of [answers, summaries]) {
      if (few.length <= atMost) continue;
      const requests = few.map(({ number }) => number).join(', ');
      failures.push(
        `Life ${index + 1} may lose ${atMost} calls, and lost ${few.length}: requests ${requests}.`,
      );
    }
  }
  const finished = new Set(
    books.calls.filter(({ hasFailed }) => !hasFailed).map(({ requestId }) => requestId),
  );
  for (const mark of new Set(evidence.calls.map(({ about }) => about))) {
    if (mark === null) continue;
    const decided = evidence.calls.filter(
      (call) =>
        call.about === mark &&
        ['reply', 'finish', 'escalate'].includes(call.said) &&
        finished.has(call.requestId ?? null),
    );
    // Once to ask the owner, once with the owner's answer.
    const atMost = decided.some(({ said }) => said === 'escalate') ? 2 : 1;
    if (decided.length > atMost) {
      failures.push(
        `${mark} should be decided once, and was ${decided.length} times: requests ${decided.map(({ number }) => number).join(', ')}.`,
      );
    }
  }
  return failures;
}

const isWithin = ({ atMs }: ApiCall, { fromMs, toMs }: Life): boolean =>
  atMs >= fromMs && atMs <= toMs;

/**
 * The costs are the API's own, to the last digit. What a kill cut off is paid without being known
 * (`lostCalls`); of a stream that broke off, or was called off, what its beginning said is known, and
 * its output only in part.
 */
export function checkCosts(evidence: Evidence, books: Books, prices: PriceList): string[] {
  const byRequest = new Map(evidence.calls.map((call) => [call.requestId, call]));
  const failures = books.calls.flatMap((kept) => {
    const charged = kept.requestId === null ? undefined : byRequest.get(kept.requestId);
    return checkCost(kept, charged, prices);
  });
  const keptUsd = books.calls.map(({ costUsd }) => costUsd ?? 0);
  if (digits(sum(keptUsd)) !== digits(books.spentUsd)) {
    failures.push(`The calls cost ${sum(keptUsd)}, and ${books.spentUsd} is shown as spent.`);
  }
  for (const part of partsOf(noUsage)) {
    const tokens = sum(books.calls.map(({ usage }) => usage?.[part] ?? 0));
    if (tokens !== books.spentTokens[part]) {
      failures.push(`The calls used ${tokens} ${part} tokens, not ${books.spentTokens[part]}.`);
    }
  }
  const ids = books.calls.flatMap(({ requestId }) => requestId ?? []);
  const twice = ids.filter((id, index) => ids.indexOf(id) < index);
  return [...failures, ...twice.map((id) => `Request ${id} was paid once and is kept twice.`)];
}

function checkCost(kept: KeptCall, charged: ApiCall | undefined, prices: PriceList): string[] {
  const { usage, requestId } = kept;
  // Not even the beginning of an answer came of it.
  if (!usage)
    return kept.hasFailed ? [] : [`Request ${requestId} was answered, and costs nothing.`];
  if (!charged?.usage) return [`The API never charged request ${requestId}, and Relay counts it.`];
  const failures = partsOf(usage).flatMap((part) => {
    // A stream that broke off, or that Relay called off since nobody waited for it any more.
    const isPartial = part === 'output' && kept.hasFailed;
    const isRight = isPartial
      ? usage.output >= 0 && usage.output <= (charged.usage?.output ?? 0)
      : usage[part] === charged.usage?.[part];
    return isRight
      ? []
      : [
          `Request ${requestId} used ${charged.usage?.[part]} ${part} tokens, and ${usage[part]} are kept.`,
        ];
  });
  const costUsd = prices.costUsd(charged.model, usage);
  if (kept.costUsd === null || digits(kept.costUsd) !== costUsd) {
    failures.push(`Request ${requestId} costs ${costUsd}, and ${kept.costUsd} is kept.`);
  }
  return failures;
}

/** Every digit that a price of a million tokens can make of one token. */
export const digits = (usd: number): string => usd.toFixed(10);

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

// The keys of a usage are its own.
export const partsOf = (usage: Usage): (keyof Usage)[] => Object.keys(usage) as (keyof Usage)[];
