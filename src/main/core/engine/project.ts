import type { EventPayload, HowSettled, RelayEvent } from '#shared/events.ts';
import type { ItemId, SessionId } from '#shared/ids.ts';
import { localDay } from '#shared/local-day.ts';
import {
  type ExchangeState,
  emptyState,
  pairKey,
  type RelayState,
  type SessionState,
} from './state.ts';

/**
 * Folds one committed event into the state and returns it. Deterministic, no I/O, no clock. It
 * changes the given state in place, since that is only ever the engine's own: copying it at every
 * event would cost more than the event.
 */
export function project(state: RelayState, event: RelayEvent): RelayState {
  state.seq = event.seq;
  projectors[event.type]?.(state, event as never);
  return state;
}

/** The state after a whole history, for tests and rebuilds. */
export function projectAll(events: Iterable<RelayEvent>): RelayState {
  const state = emptyState();
  for (const event of events) project(state, event);
  return state;
}

type Projector<T extends RelayEvent['type']> = (state: RelayState, event: RelayEvent<T>) => void;

/** Types that are not here change nothing that a decision is made from. */
const projectors: { [T in RelayEvent['type']]?: Projector<T> } = {
  'relay.paused': (state) => {
    state.paused = true;
  },
  'relay.resumed': (state) => {
    state.paused = false;
  },

  'session.seen': (state, event) => {
    const session = sessionOf(state, event);
    session.title = event.payload.title ?? session.title;
    session.cwd = event.payload.cwd ?? session.cwd;
  },
  'session.moved': (state, event) => {
    sessionOf(state, event).conversationId = event.payload.conversationId;
  },
  'session.opened': (state, event) => {
    const session = sessionOf(state, event);
    session.presence = 'open';
    session.attended = event.payload.attended;
    session.claudePid = event.payload.claudePid;
    session.busy = false;
    session.failure = null;
  },
  'session.closed': (state, event) => {
    const session = sessionOf(state, event);
    session.presence = 'closed';
    session.busy = false;
    session.backgroundTasks = 0;
  },
  'session.failed': (state, event) => {
    const session = sessionOf(state, event);
    session.failure = event.payload.message || event.payload.error;
    session.busy = false;
  },
  'session.backgrounded': (state, event) => {
    const session = sessionOf(state, event);
    session.backgroundTasks = event.payload.tasks;
    session.busy = true;
  },
  'session.prompted': (state, event) => {
    const session = sessionOf(state, event);
    session.busy = true;
    session.failure = null;
    session.exchangesSinceOwner = 0;
    for (const dispatch of state.dispatches.values()) {
      if (dispatch.sessionId === session.id && dispatch.stage === 'written') {
        dispatch.withdrawDue = true;
      }
    }
  },
  'session.autonomy_set': (state, event) => {
    sessionOf(state, event).autonomy = event.payload.autonomy;
  },
  'session.muted': (state, event) => {
    sessionOf(state, event).muted = event.payload.muted;
  },
  'session.tool_policy_set': (state, event) => {
    const { tool, policy } = event.payload;
    const { toolPolicies } = sessionOf(state, event);
    if (policy) toolPolicies.set(tool, policy);
    else toolPolicies.delete(tool);
  },
  'session.release_queued': (state, event) => {
    sessionOf(state, event).releaseDue = true;
  },
  'session.release_written': (state, event) => {
    sessionOf(state, event).releaseDue = false;
  },

  'envelope.accepted': (state, event) => {
    const session = sessionOf(state, event);
    session.lastSeenAt = event.at;
    state.lastConversationId = session.conversationId;
    if (!event.exchangeId) return;
    session.busy = false;
    session.backgroundTasks = 0;
    session.failure = null;
    if (session.presence === 'closed') session.presence = 'unknown';
    session.exchangesSinceOwner += 1;
  },

  'owner_input.taken': (state, event) => {
    state.lastOwnerInput = event.payload.mark;
  },

  'phone_word.taken': (state, event) => {
    const { messageId, sentAtSeconds } = event.payload;
    const isSameSecond = state.phone.sentAtSeconds === sentAtSeconds;
    const messageIds = isSameSecond ? [...state.phone.messageIds, messageId] : [messageId];
    state.phone = { sentAtSeconds, messageIds };
  },

  'exchange.opened': openExchange,
  'exchange.closed': (state, event) => {
    if (event.exchangeId) state.exchanges.delete(event.exchangeId);
  },

  'call.started': (state, event) => {
    const { callId, purpose, estimatedTokens } = event.payload;
    state.numbers.call = Math.max(state.numbers.call, numberOf(callId));
    const exchange = exchangeOf(state, event);
    // A summary that is prepared while the answer is under way is not what the exchange waits for.
    if (!exchange || exchange.stage === 'calling') return;
    exchange.stage = 'calling';
    exchange.callId = callId;
    exchange.retryAt = null;
    if (purpose === 'answer' && exchange.shrinks === 0) exchange.tooLongTokens = estimatedTokens;
  },
  'call.finished': (state, event) => {
    spend(state, event.at, event.sessionId, event.payload.costUsd);
    const exchange = exchangeOf(state, event);
    if (!exchange || exchange.callId !== event.payload.callId) return;
    exchange.stage = 'queued';
    exchange.callId = null;
    exchange.attempt = 0;
    exchange.firstFailedAt = null;
    exchange.fault = null;
    if (event.payload.purpose !== 'answer') return;
    exchange.shrinks = 0;
    exchange.lengthenings = 0;
  },
  'call.failed': (state, event) => {
    spend(state, event.at, event.sessionId, event.payload.costUsd);
    failCall(exchangeOf(state, event), event.at, event.payload);
  },
  // Of the day's budget, but of no session's: none had anything of it.
  'replay.made': (state, event) => spend(state, event.at, null, event.payload.costUsd),
  'proposal.made': (state, event) => spend(state, event.at, null, event.payload.costUsd),
  'side_call.failed': (state, event) => spend(state, event.at, null, event.payload.costUsd),
  'call.interrupted': (state, event) => {
    const exchange = exchangeOf(state, event);
    if (exchange?.callId !== event.payload.callId) return;
    exchange.stage = 'queued';
    exchange.callId = null;
  },

  tool_call: (state, event) => {
    const exchange = exchangeOf(state, event);
    const { toolUseId } = event;
    if (!exchange || toolUseId === null) return;
    const { name, callId } = event.payload;
    const isNewRound = [...exchange.tools.values()].every((tool) => tool.callId !== callId);
    if (isNewRound) exchange.rounds += 1;
    exchange.tools.set(toolUseId, { name, callId, itemId: null, answer: null });
    exchange.stage = 'tools';
  },
  tool_response: (state, event) => {
    const exchange = exchangeOf(state, event);
    if (!exchange || event.toolUseId === null) return;
    exchange.tools.delete(event.toolUseId);
    if (exchange.stage === 'tools' && exchange.tools.size === 0) exchange.stage = 'queued';
  },
  'verdict.given': (state, event) => {
    const exchange = exchangeOf(state, event);
    if (exchange) exchange.rounds = 0;
  },

  'dispatch.queued': (state, event) => {
    const { dispatchId, origin } = event.payload;
    state.numbers.dispatch = Math.max(state.numbers.dispatch, numberOf(dispatchId));
    const session = sessionOf(state, event);
    state.dispatches.set(dispatchId, {
      id: dispatchId,
      sessionId: session.id,
      exchangeId: event.exchangeId,
      origin,
      seq: event.seq,
      stage: 'queued',
      queuedAt: event.at,
      writtenAt: null,
      withdrawDue: false,
    });
    session.releaseDue = false;
    if (origin === 'owner') session.exchangesSinceOwner = 0;
    const exchange = exchangeOf(state, event);
    if (exchange) {
      exchange.stage = 'dispatching';
      exchange.dispatchId = dispatchId;
      if (origin === 'supervisor') countPair(session, exchange, event.payload.text);
    }
  },
  'dispatch.written': (state, event) => {
    const dispatch = state.dispatches.get(event.payload.dispatchId);
    if (!dispatch) return;
    dispatch.stage = 'written';
    dispatch.writtenAt = event.at;
  },
  'dispatch.claimed': (state, event) => {
    state.dispatches.delete(event.payload.dispatchId);
    sessionOf(state, event).busy = true;
  },
  'dispatch.withdrawn': (state, event) => {
    const { dispatchId } = event.payload;
    state.dispatches.delete(dispatchId);
    const exchange = exchangeOf(state, event);
    if (exchange?.dispatchId !== dispatchId) return;
    exchange.dispatchId = null;
    if (exchange.stage === 'dispatching') exchange.stage = 'queued';
  },

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
  'permission.asked': askPermission,
  'permission.closed': (state, event) => {
    state.permissions.delete(event.payload.request);
  },
  'notification.sent': (state, event) => {
    state.items.get(event.payload.itemId)?.notified.push(event.payload.channel);
  },
  'notification.failed': (state, event) => {
    state.items.get(event.payload.itemId)?.notified.push(event.payload.channel);
  },
};

function openExchange(state: RelayState, event: RelayEvent<'exchange.opened'>): void {
  const { exchangeId, conversationId } = event;
  if (!exchangeId || !conversationId) return;
  state.numbers.exchange = Math.max(state.numbers.exchange, numberOf(exchangeId));
  state.exchanges.set(exchangeId, {
    id: exchangeId,
    sessionId: event.sessionId,
    conversationId,
    origin: event.payload.origin,
    openedAt: event.at,
    stage: 'queued',
    callId: null,
    attempt: 0,
    firstFailedAt: null,
    retryAt: null,
    fault: null,
    shrinks: 0,
    tooLongTokens: 0,
    lengthenings: 0,
    itemId: null,
    dispatchId: null,
    tools: new Map(),
    rounds: 0,
    saidKey: event.payload.saidKey,
  });
  state.lastConversationId = conversationId;
  // Whoever waited has spoken again and waits anew: a release that was owed would end that wait.
  const session = event.sessionId ? state.sessions.get(event.sessionId) : undefined;
  if (session) session.releaseDue = false;
}

function failCall(
  exchange: ExchangeState | undefined,
  at: number,
  payload: EventPayload<'call.failed'>,
): void {
  if (!exchange || exchange.callId !== payload.callId) return;
  exchange.callId = null;
  exchange.fault = payload.fault;
  exchange.retryAt = payload.retryAt;
  exchange.stage = payload.retryAt === null ? 'queued' : 'waiting';
  exchange.attempt += 1;
  exchange.firstFailedAt ??= at;
  if (payload.purpose !== 'answer') return;
  if (payload.fault.remedy === 'shrink') exchange.shrinks += 1;
  if (payload.fault.remedy === 'lengthen') exchange.lengthenings += 1;
}

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

function askPermission(state: RelayState, event: RelayEvent<'permission.asked'>): void {
  const { input: _, ...payload } = event.payload;
  const { id: sessionId } = sessionOf(state, event);
  const answer = payload.itemId === null ? ({ decision: 'none', text: '' } as const) : null;
  const { seq, at: askedAt } = event;
  state.permissions.set(payload.request, { ...payload, sessionId, seq, askedAt, answer });
}

const decisionOf = {
  approved: 'allow',
  dismissed: 'deny',
  answered: 'answer',
  direct: 'answer',
  mended: 'none',
  withdrawn: 'none',
} as const satisfies Record<HowSettled, string>;

function answerPermission(state: RelayState, { payload }: RelayEvent<'item.settled'>): void {
  for (const permission of state.permissions.values()) {
    if (permission.itemId !== payload.itemId) continue;
    permission.answer ??= { decision: decisionOf[payload.how], text: payload.text };
  }
}

function settleItem(state: RelayState, event: RelayEvent<'item.settled'>): void {
  const item = state.items.get(event.payload.itemId);
  if (!item) return;
  state.items.delete(item.id);
  if (item.kind === 'permission') answerPermission(state, event);
  if (state.block?.itemId === item.id) state.block = null;
  if (state.outage?.itemId === item.id) state.outage = null;
  const session = item.sessionId ? state.sessions.get(item.sessionId) : undefined;
  if (event.payload.via && session) {
    session.exchangesSinceOwner = 0;
    session.lastPair = { key: '', repeats: 0 };
  }
  rollDay(state, event.at);
  const { extraUsd } = event.payload;
  if (item.code === 'budget-day') state.spend.extraUsd += extraUsd;
  if (item.code === 'budget-session' && session) {
    const before = state.spend.extraBySession.get(session.id) ?? 0;
    state.spend.extraBySession.set(session.id, before + extraUsd);
  }
  const exchange = item.exchangeId ? state.exchanges.get(item.exchangeId) : undefined;
  if (!exchange || exchange.itemId !== item.id) return;
  exchange.itemId = null;
  const tool = item.toolUseId === null ? undefined : exchange.tools.get(item.toolUseId);
  if (tool) {
    const { how } = event.payload;
    tool.itemId = null;
    tool.answer = { isAllowed: how === 'approved', hasWords: how === 'answered' };
  }
  if (exchange.stage !== 'dispatching') {
    exchange.stage = exchange.tools.size > 0 ? 'tools' : 'queued';
    if (item.kind === 'fault') exchange.rounds = 0;
    exchange.retryAt = null;
    exchange.attempt = 0;
    exchange.firstFailedAt = null;
    exchange.shrinks = 0;
    exchange.lengthenings = 0;
  }
}

/** Counts how often the same words met the same answer, one after the other. */
function countPair(session: SessionState, exchange: ExchangeState, reply: string): void {
  const key = pairKey(exchange, reply);
  session.lastPair =
    session.lastPair.key === key
      ? { key, repeats: session.lastPair.repeats + 1 }
      : { key, repeats: 1 };
}

function spend(
  state: RelayState,
  at: number,
  sessionId: SessionId | null,
  costUsd: number | null,
): void {
  rollDay(state, at);
  if (!costUsd) return;
  state.spend.usd += costUsd;
  if (!sessionId) return;
  const before = state.spend.bySession.get(sessionId) ?? 0;
  state.spend.bySession.set(sessionId, before + costUsd);
}

function rollDay(state: RelayState, at: number): void {
  const day = localDay(at);
  if (state.spend.day === day) return;
  state.spend = { day, usd: 0, bySession: new Map(), extraUsd: 0, extraBySession: new Map() };
}

function sessionOf(state: RelayState, event: RelayEvent): SessionState {
  const { sessionId, conversationId } = event;
  if (!sessionId) throw new Error(`event ${event.seq} (${event.type}) names no session`);
  const known = state.sessions.get(sessionId);
  if (known) return known;
  if (!conversationId) throw new Error(`event ${event.seq} brings a session without conversation`);
  const session: SessionState = {
    id: sessionId,
    title: null,
    cwd: null,
    conversationId,
    autonomy: 'auto',
    muted: false,
    toolPolicies: new Map(),
    presence: 'unknown',
    attended: null,
    claudePid: null,
    busy: false,
    backgroundTasks: 0,
    failure: null,
    exchangesSinceOwner: 0,
    lastPair: { key: '', repeats: 0 },
    releaseDue: false,
    lastSeenAt: event.at,
  };
  state.sessions.set(sessionId, session);
  return session;
}

function exchangeOf(state: RelayState, event: RelayEvent): ExchangeState | undefined {
  return event.exchangeId ? state.exchanges.get(event.exchangeId) : undefined;
}

/** `x12` -> 12. */
function numberOf(shortId: string): number {
  return Number(shortId.slice(1));
}
