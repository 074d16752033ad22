import type { NewEvent } from '#shared/events.ts';
import { formatUsd } from '#shared/format.ts';
import { localDay } from '#shared/local-day.ts';
import type { CommandOf } from '../command.ts';
import {
  type ExchangeState,
  type ItemState,
  pairKey,
  type RelayState,
  type SessionState,
} from '../state.ts';
import { type Circumstances, type Decide, decided, type Policy } from './decision.ts';
import { newItem, settled } from './item-events.ts';
import { subjectOf } from './session-events.ts';

/** What keeps sessions from running on without anybody looking: money, absence, going in circles. */

/** The inbox item (or its news) where the call must not be made because a budget is spent. */
export function guardBudget(
  state: RelayState,
  exchange: ExchangeState,
  given: Circumstances,
): NewEvent | null {
  return guardDay(state, given) ?? guardSession(state, exchange, given);
}

function guardDay(state: RelayState, { now, policy }: Circumstances): NewEvent | null {
  const { perDayUsd, spentUsd, allowedUsd } = dayBudget(state, now, policy);
  if (perDayUsd === null || spentUsd < allowedUsd) return null;
  const summary = `Today's budget of ${formatUsd(allowedUsd)} is spent (${formatUsd(spentUsd)}). Envelopes wait until midnight or your word.`;
  const retryAt = midnightAfter(now);
  if (state.block) {
    const payload = { itemId: state.block.itemId, code: 'budget-day', summary, retryAt };
    return { type: 'item.updated', payload };
  }
  const proposal = `Allow another ${formatUsd(perDayUsd)} today.`;
  const details = { kind: 'fault', code: 'budget-day', summary, proposal, retryAt } as const;
  return newItem(state, {}, { ...details, blocks: true });
}

function guardSession(
  state: RelayState,
  exchange: ExchangeState,
  { now, policy }: Circumstances,
): NewEvent | null {
  const { sessionId } = exchange;
  const session = sessionId && state.sessions.get(sessionId);
  const perSessionUsd = policy.budgetPerSessionUsd;
  if (!session || perSessionUsd === null) return null;
  const { spentUsd, allowedUsd } = sessionBudget(state, session, now, perSessionUsd);
  if (spentUsd < allowedUsd) return null;
  return newItem(state, subjectOf(exchange), {
    kind: 'fault',
    code: 'budget-session',
    summary: `${session.title ?? session.id} has spent its ${formatUsd(allowedUsd)} for today (${formatUsd(spentUsd)}). Shall it go on?`,
    proposal: `Allow it another ${formatUsd(perSessionUsd)} today.`,
    holds: true,
    stops: true,
  });
}

/** For what is asked beside the exchanges, which opens no item of its own. */
export function isDayBudgetSpent(state: RelayState, now: number, policy: Policy): boolean {
  const { perDayUsd, spentUsd, allowedUsd } = dayBudget(state, now, policy);
  return perDayUsd !== null && spentUsd >= allowedUsd;
}

function dayBudget({ spend }: RelayState, now: number, policy: Policy) {
  const isToday = spend.day === localDay(now);
  const perDayUsd = policy.budgetPerDayUsd;
  const allowedUsd = (perDayUsd ?? 0) + (isToday ? spend.extraUsd : 0);
  return { perDayUsd, spentUsd: isToday ? spend.usd : 0, allowedUsd };
}

function sessionBudget({ spend }: RelayState, { id }: SessionState, now: number, perUsd: number) {
  const isToday = spend.day === localDay(now);
  const of = (amounts: ReadonlyMap<string, number>) => (isToday ? (amounts.get(id) ?? 0) : 0);
  return { spentUsd: of(spend.bySession), allowedUsd: perUsd + of(spend.extraBySession) };
}

/** What approving adds to a spent budget for today: as much again, from what is spent by now. */
export function budgetExtension(
  state: RelayState,
  { code, sessionId }: ItemState,
  { now, policy }: Circumstances,
): number {
  const session = sessionId && state.sessions.get(sessionId);
  const perSessionUsd = policy.budgetPerSessionUsd;
  if (code === 'budget-day') {
    const { perDayUsd, ...budget } = dayBudget(state, now, policy);
    return perDayUsd === null ? 0 : onceMore(perDayUsd, budget);
  }
  if (code !== 'budget-session' || !session || perSessionUsd === null) return 0;
  return onceMore(perSessionUsd, sessionBudget(state, session, now, perSessionUsd));
}

/** The last call may have cost far more than was left. */
const onceMore = (
  perUsd: number,
  { spentUsd, allowedUsd }: { spentUsd: number; allowedUsd: number },
) => perUsd + Math.max(0, spentUsd - allowedUsd);

/** After many exchanges nobody looked at, somebody should. */
export function guardOwnerAbsence(
  state: RelayState,
  session: SessionState,
  about: Pick<NewEvent, 'sessionId' | 'conversationId' | 'exchangeId'>,
  { policy }: Circumstances,
): NewEvent[] {
  if (!isUnwatched(session, policy)) return [];
  const already = [...state.items.values()].some(
    ({ code, sessionId }) => code === 'exchanges-without-owner' && sessionId === session.id,
  );
  if (already) return [];
  return [
    newItem(state, about, {
      kind: 'fault',
      code: 'exchanges-without-owner',
      summary: `${session.exchangesSinceOwner} exchanges have passed without you. Shall it go on?`,
      proposal: 'Go on for as many again.',
      reasoning: 'The limit is guards.exchangesWithoutOwner in config.yaml.',
      holds: true,
      stops: true,
    }),
  ];
}

const isUnwatched = (session: SessionState, { exchangesWithoutOwner: limit }: Policy): boolean =>
  limit !== null && session.exchangesSinceOwner >= limit;

/** The item that holds a reply back, where session and supervisor go in circles. */
export function guardPingPong(
  state: RelayState,
  session: SessionState,
  exchange: ExchangeState,
  text: string,
  { pingPongRepeats: limit }: Policy,
): NewEvent | undefined {
  const { lastPair } = session;
  const times = lastPair.key === pairKey(exchange, text) ? lastPair.repeats + 1 : 1;
  if (limit === null || times < limit) return undefined;
  return newItem(
    state,
    { ...subjectOf(exchange), sessionId: session.id },
    {
      kind: 'fault',
      code: 'ping-pong',
      summary: `${session.title ?? session.id} and the supervisor said the same to each other ${times} times. Send the answer once more?`,
      proposal: 'Send it and go on.',
      holds: true,
    },
  );
}

/**
 * Something has changed (a setting, a key, the day): what blocks is tried now, and a guard that
 * would not stop its session any more lets it go on.
 */
export const recheck: Decide<CommandOf<'recheck'>> = (state, _command, given) => {
  const events: NewEvent[] = [...state.items.values()]
    .filter((item) => isOutdated(state, item, given))
    .map((item) => settled(item, 'mended', null, ''));
  const item = state.block && state.items.get(state.block.itemId);
  if (item) {
    const payload = {
      itemId: item.id,
      code: item.code,
      summary: item.summary,
      retryAt: given.now,
    };
    events.push({ type: 'item.updated', payload });
  }
  return decided(...events);
};

function isOutdated(
  state: RelayState,
  { code, sessionId }: ItemState,
  { now, policy }: Circumstances,
): boolean {
  const session = sessionId && state.sessions.get(sessionId);
  if (!session) return false;
  if (code === 'exchanges-without-owner') return !isUnwatched(session, policy);
  if (code !== 'budget-session') return false;
  const perSessionUsd = policy.budgetPerSessionUsd;
  if (perSessionUsd === null) return true;
  const { spentUsd, allowedUsd } = sessionBudget(state, session, now, perSessionUsd);
  return spentUsd < allowedUsd;
}

function midnightAfter(now: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}
