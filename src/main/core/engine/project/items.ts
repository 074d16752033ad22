import type { HowSettled, RelayEvent } from '#shared/events.ts';
import type { ItemId } from '#shared/ids.ts';
import type { ExchangeState, ItemState, RelayState } from '../state.ts';
import { answerPermission } from './permissions.ts';
import { exchangeOf, numberOf, type Projectors } from './projector.ts';
import { rollDay } from './spend.ts';

/** The inbox. */
export const itemProjectors: Projectors = {
  'item.opened': openItem,
  'item.updated': (state, event) => {
    const { itemId, code, summary, retryAt } = event.payload;
    const item = state.items.get(itemId);
    if (!item) return;
    item.summary = summary;
    item.code = code;
    if (state.block?.itemId === itemId) state.block = { itemId, code: code ?? item.kind, retryAt };
  },
  'item.settled': settleItem,
  'notification.sent': (state, event) => {
    state.items.get(event.payload.itemId)?.notified.push(event.payload.channel);
  },
  'notification.failed': (state, event) => {
    state.items.get(event.payload.itemId)?.notified.push(event.payload.channel);
  },
};

function openItem(state: RelayState, event: RelayEvent<'item.opened'>): void {
  const { itemId, kind, code, proposal, summary, holds } = event.payload;
  state.numbers.item = Math.max(state.numbers.item, numberOf(itemId));
  state.items.set(itemId, {
    id: itemId,
    kind,
    code,
    sessionId: event.sessionId,
    exchangeId: event.exchangeId,
    conversationId: event.conversationId,
    toolUseId: event.toolUseId,
    proposal,
    summary,
    holds,
    openedAt: event.at,
    notified: [],
  });
  const exchange = exchangeOf(state, event);
  if (exchange) {
    exchange.itemId = itemId;
    if (kind === 'escalation') exchange.stage = 'escalated';
    else if (kind === 'draft') exchange.stage = 'drafted';
    else if (kind === 'tool') askAboutTool(exchange, event.toolUseId, itemId);
    else if (kind === 'fault' && exchange.stage !== 'dispatching' && event.payload.stops) {
      exchange.stage = 'faulted';
    }
  }
  if (event.payload.blocks) {
    state.block = { itemId, code: code ?? kind, retryAt: event.payload.retryAt };
  } else if (event.payload.isOutage) {
    state.outage = { itemId, code: code ?? kind };
  }
}

function askAboutTool(exchange: ExchangeState, toolUseId: string | null, itemId: ItemId): void {
  const tool = toolUseId === null ? undefined : exchange.tools.get(toolUseId);
  if (!tool) return;
  tool.itemId = itemId;
  exchange.stage = 'asking';
}

function settleItem(state: RelayState, event: RelayEvent<'item.settled'>): void {
  const item = state.items.get(event.payload.itemId);
  if (!item) return;
  state.items.delete(item.id);
  if (item.kind === 'permission') answerPermission(state, event);
  if (state.block?.itemId === item.id) state.block = null;
  if (state.outage?.itemId === item.id) {
    state.outage = null;
    if (event.payload.how === 'approved') endWaits(state);
  }
  const session = item.sessionId ? state.sessions.get(item.sessionId) : undefined;
  if (event.payload.via && session) {
    session.exchangesSinceOwner = 0;
    session.lastPair = { key: '', repeats: 0 };
  }
  rollDay(state, event.at);
  grantMore(state, item, event.payload.extraUsd);
  const exchange = item.exchangeId ? state.exchanges.get(item.exchangeId) : undefined;
  if (exchange?.itemId === item.id) resumeExchange(exchange, item, event.payload.how);
}

/** The owner knows better than the clock that the API is there again. */
function endWaits(state: RelayState): void {
  for (const exchange of state.exchanges.values()) {
    if (exchange.stage !== 'waiting') continue;
    exchange.stage = 'queued';
    exchange.retryAt = null;
  }
}

/** What the owner adds to a budget that was reached. */
function grantMore({ spend }: RelayState, item: ItemState, extraUsd: number): void {
  if (item.code === 'budget-day') spend.extraUsd += extraUsd;
  if (item.code !== 'budget-session' || !item.sessionId) return;
  const before = spend.extraBySession.get(item.sessionId) ?? 0;
  spend.extraBySession.set(item.sessionId, before + extraUsd);
}

function resumeExchange(exchange: ExchangeState, item: ItemState, how: HowSettled): void {
  exchange.itemId = null;
  const tool = item.toolUseId === null ? undefined : exchange.tools.get(item.toolUseId);
  if (tool) {
    tool.itemId = null;
    tool.answer = { isAllowed: how === 'approved', hasWords: how === 'answered' };
  }
  if (exchange.stage === 'dispatching') return;
  exchange.stage = exchange.tools.size > 0 ? 'tools' : 'queued';
  if (item.kind === 'fault') exchange.rounds = 0;
  exchange.retryAt = null;
  exchange.attempt = 0;
  exchange.firstFailedAt = null;
  exchange.shrinks = 0;
  exchange.lengthenings = 0;
}
