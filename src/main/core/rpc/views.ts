import type { RelayEvent } from '#shared/events.ts';
import { formatCount } from '#shared/format.ts';
import type { SessionId } from '#shared/ids.ts';
import { localDay } from '#shared/local-day.ts';
import type {
  CostHour,
  CostLine,
  CostRow,
  CostSummary,
  InboxItem,
  RelayStateName,
  SessionStateName,
  SessionSummary,
  Waiting,
} from '#shared/models.ts';
import { noUsage, type Usage } from '#shared/usage.ts';
import { permissionUse } from '../claude-code/permission-words.ts';
import {
  type ExchangeState,
  itemsHolding,
  type RelayState,
  type SessionState,
} from '../engine/state.ts';
import type { Queries } from '../store/queries.ts';
import type { SpendTotal } from '../store/totals.ts';

/** What the owner sees, made from the state and the read models. Pure. */

export function relayStateName(state: RelayState): RelayStateName {
  if (state.paused) return 'paused';
  if (state.items.size > 0) return 'needs-owner';
  const isWorking = [...state.exchanges.values()].some(({ stage }) => isBeingAnswered(stage));
  return isWorking ? 'working' : 'idle';
}

const isBeingAnswered = (stage: ExchangeState['stage']): boolean =>
  stage === 'queued' || stage === 'calling' || stage === 'waiting' || stage === 'tools';

/** Envelopes that the supervisor has not answered yet. */
export function countQueued(state: RelayState): number {
  return [...state.exchanges.values()].filter(({ stage }) => isBeingAnswered(stage)).length;
}

export function waitingList(state: RelayState): Waiting[] {
  return [...state.exchanges.values()].flatMap((exchange) => {
    const { id: exchangeId, sessionId, stage, retryAt, attempt, fault } = exchange;
    if (stage === 'waiting') {
      return [{ exchangeId, sessionId, reason: fault?.message ?? '', retryAt, attempt }];
    }
    if (stage !== 'queued' || !state.block) return [];
    const reason = state.items.get(state.block.itemId)?.summary ?? state.block.code;
    return [{ exchangeId, sessionId, reason, retryAt: state.block.retryAt, attempt }];
  });
}

export function todayUsd(state: RelayState, now: number): number {
  return state.spend.day === localDay(now) ? state.spend.usd : 0;
}

/** @param eventAt reads what a permission request asks for, which is no part of the state */
export function inboxItems(
  state: RelayState,
  queries: Pick<Queries, 'openItems'>,
  eventAt: (seq: number) => RelayEvent | undefined,
): InboxItem[] {
  const asked = new Map([...state.permissions.values()].map(({ itemId, seq }) => [itemId, seq]));
  return queries.openItems().map((item) => {
    const seq = asked.get(item.id);
    const use = seq === undefined ? toolUse(state, item) : askedUse(eventAt(seq));
    return {
      ...item,
      title: item.sessionId ? (state.sessions.get(item.sessionId)?.title ?? null) : null,
      ...(use ? { use } : {}),
    };
  });
}

function askedUse(event: RelayEvent | undefined): InboxItem['use'] {
  if (event?.type !== 'permission.asked') return undefined;
  return permissionUse(event.payload.tool, event.payload.input);
}

/** The proposal of a tool item is what would be done (docs/tools.md). */
function toolUse(
  state: RelayState,
  { id, kind, exchangeId, proposal }: Pick<InboxItem, 'id' | 'kind' | 'exchangeId' | 'proposal'>,
): InboxItem['use'] {
  if (kind !== 'tool') return undefined;
  const tools = exchangeId ? [...(state.exchanges.get(exchangeId)?.tools.values() ?? [])] : [];
  const tool = tools.find(({ itemId }) => itemId === id)?.name ?? '';
  return { tool, text: proposal, remark: '' };
}

export function sessionSummaries(state: RelayState, queries: Queries): SessionSummary[] {
  const rows = new Map(queries.sessions().map((row) => [row.id, row]));
  const holdsOf = new Set<SessionId>();
  for (const item of state.items.values()) {
    const asks = item.holds || item.kind === 'permission';
    if (asks && item.sessionId) holdsOf.add(item.sessionId);
  }
  const open = new Map<SessionId, ExchangeState[]>();
  for (const exchange of state.exchanges.values()) {
    if (!exchange.sessionId) continue;
    open.set(exchange.sessionId, [...(open.get(exchange.sessionId) ?? []), exchange]);
  }
  const summaries = [...state.sessions.values()].map((session) => {
    const { id, title, cwd, autonomy, conversationId, muted } = session;
    const row = rows.get(id);
    return {
      ...{ id, title, cwd, autonomy, conversationId, muted },
      ...sessionState(session, holdsOf.has(id), open.get(id) ?? [], state),
      exchanges: row?.exchanges ?? 0,
      costUsd: row?.costUsd ?? 0,
      lastSeenAt: row?.lastSeenAt ?? session.lastSeenAt,
      lastWords: row?.lastWords ?? '',
    };
  });
  return summaries.sort((a, b) => b.lastSeenAt - a.lastSeenAt);
}

function sessionState(
  session: SessionState,
  isHolding: boolean,
  exchanges: readonly ExchangeState[],
  state: RelayState,
): { state: SessionStateName; detail: string } {
  if (isHolding) {
    const kind = itemsHolding(state, session.id)[0]?.kind ?? 'permission';
    const asks = kind === 'escalation' || kind === 'tool';
    return { state: 'needs-owner', detail: asks ? 'asks you' : kind };
  }
  const exchange = exchanges[0];
  if (exchange) return { state: 'waiting', detail: stageWords(exchange, state) };
  const waits = [...state.dispatches.values()].some(({ sessionId }) => sessionId === session.id);
  if (waits) return { state: 'waiting', detail: 'a word waits for it' };
  if (session.presence === 'closed') return { state: 'closed', detail: 'closed' };
  if (session.failure) return { state: 'idle', detail: session.failure };
  if (session.busy) {
    const { backgroundTasks } = session;
    return {
      state: 'working',
      detail: backgroundTasks > 0 ? formatCount(backgroundTasks, 'background task') : 'at work',
    };
  }
  return { state: 'idle', detail: session.autonomy === 'off' ? 'only watched' : '' };
}

function stageWords(exchange: ExchangeState, state: RelayState): string {
  switch (exchange.stage) {
    case 'queued':
      return state.paused
        ? 'paused'
        : state.block
          ? (state.items.get(state.block.itemId)?.summary ?? 'blocked')
          : 'waits its turn';
    case 'calling':
      return 'supervisor is answering';
    case 'tools':
      return `supervisor uses ${[...exchange.tools.values()][0]?.name ?? 'a tool'}`;
    case 'waiting':
      return exchange.fault?.message ?? 'tries again soon';
    case 'dispatching': {
      const dispatch = exchange.dispatchId ? state.dispatches.get(exchange.dispatchId) : undefined;
      return dispatch?.stage === 'written' ? 'reply not taken yet' : 'reply on its way';
    }
    case 'escalated':
    case 'asking':
    case 'faulted':
    case 'drafted':
      return 'needs you';
  }
}

/** The rows of the last 30 days, oldest first. */
export function costRows(queries: Pick<Queries, 'spend'>, now: number): CostRow[] {
  return queries.spend(firstOf30Days(now));
}

/** What today cost, hour by hour. */
export function costHours(queries: Pick<Queries, 'spendHours'>, now: number): CostHour[] {
  return queries
    .spendHours(localDay(now))
    .map(({ key, ...spent }) => ({ hour: Number(key.slice(-2)), ...spent }));
}

/** Local date, YYYY-MM-DD, of the first of 30 days that end today. */
export function firstOf30Days(now: number): string {
  const date = new Date(now);
  return localDay(new Date(date.getFullYear(), date.getMonth(), date.getDate() - 29).getTime());
}

export function costSummary(
  state: RelayState,
  queries: Pick<Queries, 'spendTotals'>,
  now: number,
): CostSummary {
  const { all, sessions, models, days, purposes } = queries.spendTotals();
  return {
    todayUsd: todayUsd(state, now),
    totalUsd: all?.usd ?? 0,
    estimatedUsd: all?.estimatedUsd ?? 0,
    calls: all?.calls ?? 0,
    tokens: all ? tokensOf(all) : noUsage,
    bySession: sessions.map(costLine),
    byModel: models.map(costLine),
    byDay: days.map(costLine),
    byPurpose: purposes.map(costLine),
    savedByCacheUsd: all?.savedUsd ?? 0,
    unpricedCalls: all?.unpricedCalls ?? 0,
  };
}

const costLine = (total: SpendTotal): CostLine => ({
  key: total.key,
  usd: total.usd,
  estimatedUsd: total.estimatedUsd,
  calls: total.calls,
  tokens: tokensOf(total),
});

const tokensOf = ({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: Usage): Usage => ({
  ...{ input, output, cacheRead, cacheWrite5m, cacheWrite1h },
});
