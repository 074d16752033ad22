import type { Autonomy, ItemKind, ToolPolicy } from '#shared/events.ts';
import type { Fault } from '#shared/fault.ts';
import type {
  CallId,
  ConversationId,
  DispatchId,
  ExchangeId,
  ItemId,
  SessionId,
} from '#shared/ids.ts';

/**
 * What decisions are made from: everything that is under way, and of what is over only the little
 * that a later decision needs. It is a fold over the events (`project`), bounded by open work and the
 * number of sessions, never by history.
 */
export interface RelayState {
  /** Last event folded in. */
  seq: number;
  paused: boolean;
  /** Last number given of each short id. */
  numbers: { exchange: number; dispatch: number; item: number; call: number };
  sessions: Map<SessionId, SessionState>;
  /** Open exchanges only, in order of arrival. */
  exchanges: Map<ExchangeId, ExchangeState>;
  /** Neither claimed nor withdrawn, in order. */
  dispatches: Map<DispatchId, DispatchState>;
  /** Open inbox items only, oldest first. */
  items: Map<ItemId, ItemState>;
  /** Permission requests that somebody may still wait for, by `request`, oldest first. */
  permissions: Map<string, PermissionState>;
  /** Nothing is sent to the API while this is set, but for one try when its time comes. */
  block: { itemId: ItemId; code: string; retryAt: number | null } | null;
  /** An outage that mends itself, once the owner has been told of it. */
  outage: { itemId: ItemId; code: string } | null;
  spend: SpendState;
  /** Where an owner's word without an address goes. */
  lastConversationId: ConversationId | null;
  /** Mark of the last `jc_input.txt` that was taken. */
  lastOwnerInput: string | null;
  /** The last messages of the phone: those of the newest second, which tell what is new. */
  phone: { sentAtSeconds: number; messageIds: string[] };
}

export interface SessionState {
  id: SessionId;
  title: string | null;
  cwd: string | null;
  conversationId: ConversationId;
  autonomy: Autonomy;
  muted: boolean;
  /** What the owner set for this session, over the settings. */
  toolPolicies: Map<string, ToolPolicy>;
  /** As far as its hooks have said; `unknown` for programs without hooks. */
  presence: 'unknown' | 'open' | 'closed';
  /** A person watches it in a terminal (Claude Code's own word for it: attended). */
  attended: boolean | null;
  claudePid: number | null;
  /** Whether it is at work as far as is known: it took a reply or a prompt and has not spoken since. */
  busy: boolean;
  /** Background tasks it waits for after its last word; such a stop is a pause, not an end. */
  backgroundTasks: number;
  /** Text of the last failure its hooks told of, until it speaks again. */
  failure: string | null;
  exchangesSinceOwner: number;
  lastPair: { key: string; repeats: number };
  /** A `release` is owed: it is decided but not yet in the file system. */
  releaseDue: boolean;
  lastSeenAt: number;
}

export type ExchangeStage =
  | 'queued' // waits for its turn
  | 'calling' // the supervisor is being asked
  | 'tools' // it asked for tools, which are to be run
  | 'asking' // it asked for a tool, and the owner is asked whether it may
  | 'waiting' // will be asked again at `retryAt`
  | 'escalated' // the owner is asked
  | 'faulted' // this exchange needs the owner: refusal, prompt too long for good, ...
  | 'drafted' // a draft waits for approval
  | 'dispatching'; // the reply is on its way

export interface ExchangeState {
  id: ExchangeId;
  sessionId: SessionId | null;
  conversationId: ConversationId;
  origin: 'envelope' | 'owner';
  openedAt: number;
  stage: ExchangeStage;
  callId: CallId | null;
  /** Failed calls in a row. */
  attempt: number;
  firstFailedAt: number | null;
  retryAt: number | null;
  fault: Fault | null;
  /** How often the prompt was made shorter, the room for the answer larger. */
  shrinks: number;
  /** Tokens (estimated) of the prompt that was first called too long. */
  tooLongTokens: number;
  lengthenings: number;
  itemId: ItemId | null;
  dispatchId: DispatchId | null;
  /** Uses of tools that have no response yet, by `toolUseId`. */
  tools: Map<string, OpenTool>;
  /** How often in a row the supervisor asked for tools instead of answering. */
  rounds: number;
  /** Fingerprint of what the session said, to notice ping-pong. */
  saidKey: string;
}

export interface OpenTool {
  name: string;
  callId: CallId;
  itemId: ItemId | null;
  /** What the owner said to it, where he was asked. */
  answer: { isAllowed: boolean; hasWords: boolean } | null;
}

export interface DispatchState {
  id: DispatchId;
  sessionId: SessionId;
  exchangeId: ExchangeId | null;
  origin: 'supervisor' | 'owner';
  /** Where its text is: the `dispatch.queued` event. */
  seq: number;
  stage: 'queued' | 'written';
  queuedAt: number;
  writtenAt: number | null;
  /** A person typed: it is to be taken back if it has not been claimed. */
  withdrawDue: boolean;
}

export interface ItemState {
  id: ItemId;
  kind: ItemKind;
  code: string | null;
  sessionId: SessionId | null;
  exchangeId: ExchangeId | null;
  conversationId: ConversationId | null;
  /** The use of a tool that it asks about. */
  toolUseId: string | null;
  proposal: string;
  summary: string;
  holds: boolean;
  openedAt: number;
  /** Channels that have told the owner of it. */
  notified: string[];
}

export interface PermissionState {
  request: string;
  sessionId: SessionId;
  itemId: ItemId | null;
  tool: string;
  /** Where its input is: the `permission.asked` event. */
  seq: number;
  hookPid: number | null;
  claudePid: number | null;
  attended: boolean | null;
  transcript: string | null;
  askedAt: number;
  /** null: still open. `none`: no decision from here, the terminal's stands. */
  answer: { decision: 'allow' | 'deny' | 'answer' | 'none'; text: string } | null;
}

export interface SpendState {
  /** Local date, YYYY-MM-DD. */
  day: string;
  usd: number;
  bySession: Map<SessionId, number>;
  /** What the owner allowed on top of the budgets today, by approving a budget item. */
  extraUsd: number;
  extraBySession: Map<SessionId, number>;
}

export function emptyState(): RelayState {
  return {
    seq: 0,
    paused: false,
    numbers: { exchange: 0, dispatch: 0, item: 0, call: 0 },
    sessions: new Map(),
    exchanges: new Map(),
    dispatches: new Map(),
    items: new Map(),
    permissions: new Map(),
    block: null,
    outage: null,
    spend: { day: '', usd: 0, bySession: new Map(), extraUsd: 0, extraBySession: new Map() },
    lastConversationId: null,
    lastOwnerInput: null,
    phone: { sentAtSeconds: 0, messageIds: [] },
  };
}

/** The items that keep a session from getting its next reply. */
export function itemsHolding(state: RelayState, sessionId: SessionId): ItemState[] {
  return [...state.items.values()].filter((item) => item.holds && item.sessionId === sessionId);
}

/** `holdAll` is the setting `escalation.hold: all`: one open escalation holds every session. */
export function isHeld(state: RelayState, sessionId: SessionId, holdAll: boolean): boolean {
  for (const item of state.items.values()) {
    if (item.holds && item.sessionId === sessionId) return true;
    if (holdAll && item.kind === 'escalation') return true;
  }
  return false;
}

export function openExchangesOf(state: RelayState, sessionId: SessionId): ExchangeState[] {
  return [...state.exchanges.values()].filter((exchange) => exchange.sessionId === sessionId);
}

/** The same key twice means: the session said the same and was answered the same. */
export function pairKey(exchange: ExchangeState, reply: string): string {
  return `${exchange.saidKey}\n${reply.slice(0, 200)}\n${reply.length}`;
}
