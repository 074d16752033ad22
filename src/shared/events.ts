import { z } from 'zod';
import { autonomies } from './autonomies.ts';
import { Fault } from './fault.ts';
import {
  CallId,
  ConversationId,
  DispatchId,
  type ExchangeId,
  FactId,
  ItemId,
  type SessionId,
} from './ids.ts';
import { toolPolicies } from './tool-policies.ts';
import { Usage } from './usage.ts';
import { Verdict } from './verdict.ts';

/** How the owner's word (or click) came in. */
export const Via = z.enum(['inbox', 'tray', 'notification', 'cli', 'file', 'ntfy', 'terminal']);
export type Via = z.infer<typeof Via>;

export const Autonomy = z.enum(autonomies);
export type Autonomy = z.infer<typeof Autonomy>;

/** Whether a tool may be used: as the supervisor likes, after the owner's yes, or not at all. */
export const ToolPolicy = z.enum(toolPolicies);
export type ToolPolicy = z.infer<typeof ToolPolicy>;

export const ItemKind = z.enum(['escalation', 'draft', 'tool', 'permission', 'fault']);
export type ItemKind = z.infer<typeof ItemKind>;

/** What a fault item is about, where no call failed. */
export const GuardCode = z.enum([
  'budget-day',
  'budget-session',
  'exchanges-without-owner',
  'ping-pong',
  'disk',
  'restored',
  'foreign-input',
]);
export type GuardCode = z.infer<typeof GuardCode>;

export const HowSettled = z.enum([
  'answered', // the owner's word went to the supervisor
  'direct', // the owner's word went straight to the session
  'approved',
  'dismissed',
  'mended', // what was wrong is right again, nobody had to answer
  'withdrawn', // a person typed in the terminal, or the session is gone
]);
export type HowSettled = z.infer<typeof HowSettled>;

export const HowClosed = z.enum([
  'delivered', // the reply was claimed by the session
  'finished', // the supervisor let the session stop
  'answered', // the owner's word was answered to the owner, no session was meant
  'withdrawn', // a person typed, or the owner's direct word took its place
  'dropped', // the owner dismissed it
  'watched', // the session is switched off: only recorded
]);
export type HowClosed = z.infer<typeof HowClosed>;

/** Whose words they are. */
export const Author = z.enum(['owner', 'supervisor']);
export type Author = z.infer<typeof Author>;

const text = z.string();
const sideCallCost = {
  model: text,
  usage: Usage,
  costUsd: z.number().nullable(),
  isEstimate: z.boolean().optional(),
  savedByCacheUsd: z.number(),
  durationMs: z.number(),
};
const keptKeys = z.record(z.string(), z.unknown());
/**
 * What of a request cannot be read from the events: the settings of that moment, and fingerprints by
 * which a request that is made again from the events shows whether it is the one that was sent.
 */
const sent = z.object({
  provider: z.enum(['anthropic', 'claude-code']),
  cacheTtl: z.enum(['5m', '1h']),
  effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullable(),
  /** How often tools had been used in the same answer before. */
  rounds: z.number(),
  prints: z.object({ system: text, messages: text, tools: text, aside: text }),
});

/**
 * Every type of event with its payload. Conversation events (what the supervisor can see) have a
 * noun and an underscore; the life of the relay is told in the past tense. Never change the meaning
 * of a type that has been released: add another.
 */
export const eventPayloads = {
  // The relay itself
  'relay.started': z.object({ version: text, pid: z.number(), host: text }),
  'relay.stopped': z.object({}),
  'relay.paused': z.object({ via: Via }),
  'relay.resumed': z.object({ via: Via }),
  /** A damaged database was made anew from what could still be read; `lost`: first and last number
   * of events that are gone. */
  'store.restored': z.object({
    damage: text,
    salvaged: z.number(),
    fromBackup: z.number(),
    lost: z.array(z.tuple([z.number(), z.number()])),
    /** Whether it is known how many events there were: otherwise more may be gone at the end. */
    endKnown: z.boolean(),
  }),

  // Sessions
  'session.seen': z.object({
    title: text.nullable(),
    cwd: text.nullable(),
    source: text.nullable(),
  }),
  'session.moved': z.object({ conversationId: ConversationId }),
  'session.opened': z.object({
    source: text,
    claudePid: z.number().nullable(),
    attended: z.boolean().nullable(),
  }),
  'session.closed': z.object({ reason: text }),
  'session.failed': z.object({ error: text, message: text }),
  'session.notified': z.object({ kind: text, message: text }),
  'session.backgrounded': z.object({ tasks: z.number() }),
  'session.prompted': z.object({}),
  'session.autonomy_set': z.object({ autonomy: Autonomy }),
  'session.muted': z.object({ muted: z.boolean() }),
  /** null: the settings decide again. */
  'session.tool_policy_set': z.object({ tool: text, policy: ToolPolicy.nullable() }),
  'session.release_queued': z.object({}),
  'session.release_written': z.object({}),

  // Envelopes
  'envelope.accepted': z.object({
    name: text,
    fileKey: text,
    envelopeId: text.nullable(),
    sentAt: text.nullable(),
    sizeBytes: z.number(),
    hookEvent: text.nullable(),
    meta: keptKeys,
    /** Keys the contract does not know, kept as they came. */
    extra: keptKeys,
  }),
  'envelope.rejected': z.object({ name: text, keptAs: text, reason: text }),
  'envelope.repeated': z.object({ name: text, fileKey: text, envelopeId: text }),

  'owner_input.taken': z.object({ mark: text }),
  /** A message of the owner's phone: what it asked for follows, or else why nothing does. */
  'phone_word.taken': z.object({
    messageId: text,
    /** By the ntfy server's clock, seconds since 1970. */
    sentAtSeconds: z.number(),
    refusal: text.nullable(),
  }),

  // The conversation
  system_message: z.object({ text }),
  user_message: z.object({
    author: z.enum(['session', 'owner', 'relay']),
    text,
    via: Via.nullable(),
    /** ISO 8601; when it was said, where that was long before it came into the store (import). */
    sentAt: text.optional(),
  }),
  agent_message: z.object({
    text,
    callId: CallId.nullable(),
    model: text.nullable(),
    sentAt: text.optional(),
  }),
  /** Committed before the tool is run; the event's `toolUseId` pairs it with its response. */
  tool_call: z.object({
    name: text,
    input: z.unknown(),
    callId: CallId,
    /** What the supervisor said before it reached for the tool. */
    said: text.optional(),
  }),
  /** Every tool call gets exactly one, whatever happens. */
  tool_response: z.object({ name: text, output: text, isError: z.boolean() }),
  'summary.made': z.object({
    fromPosition: z.number(),
    toPosition: z.number(),
    fromAt: z.number(),
    toAt: z.number(),
    /** How many conversation events it stands for, those of the summary before it included. */
    events: z.number(),
    text,
    /** `omitted`: no summary could be had, the text only says what is left out. */
    method: z.enum(['supervisor', 'omitted']),
  }),

  // Permission requests of Claude Code
  'permission.asked': z.object({
    /** Name of the request's files, without ending; unique in its session. */
    request: text,
    /** The inbox item it became; null where nobody is asked away from the terminal. */
    itemId: ItemId.nullable(),
    tool: text,
    input: z.unknown(),
    hookPid: z.number().nullable(),
    claudePid: z.number().nullable(),
    attended: z.boolean().nullable(),
    /** Where Claude Code writes down what becomes of it. */
    transcript: text.nullable(),
  }),
  /** Nobody waits for its answer any more. */
  'permission.closed': z.object({ request: text }),

  // What is kept for the supervisor beside the conversation
  /** The fact's id is `f` and the number of this event. */
  'fact.pinned': z.object({ text, by: Author }),
  'fact.edited': z.object({ factId: FactId, text, by: Author }),
  'fact.unpinned': z.object({ factId: FactId }),
  /** An empty text: the session has no brief any more. */
  'brief.set': z.object({ text, by: Author }),

  // What the owner makes of what the supervisor did
  /** null: taken back. */
  'reply.scored': z.object({ score: z.enum(['wrong', 'fine']).nullable() }),
  'escalation.scored': z.object({ score: z.enum(['needless', 'fine']).nullable() }),
  /** The owner had something else sent than the supervisor wrote. */
  'draft.edited': z.object({ itemId: ItemId, before: text, after: text }),

  // Drives (docs/drives.md)
  /** What a call tells the supervisor of how its session goes, framed as it is sent; told before the
   * call starts, and again only where it has changed. Empty: nothing any more. */
  'drives.told': z.object({ text }),
  /** What one score changed; names as in `drives.weights`. */
  'drives.learnt': z.object({
    of: z.enum(['reply', 'escalation']),
    /** null: the score was taken back, and with it what it had taught. */
    score: z.enum(['wrong', 'needless', 'fine']).nullable(),
    changes: z.array(z.object({ name: text, by: z.number() })),
    /** By how much each weight is larger or smaller since, all of them; 1 where absent. */
    factors: z.record(text, z.number()),
  }),
  /** What was learnt is forgotten. */
  'drives.reset': z.object({}),

  // What was asked beside the conversations, at the owner's wish
  /** A past exchange run again; what it was run with, where that was not what it was then. */
  'replay.made': z.object({
    ...{ text, verdict: Verdict, stopReason: text },
    ...sideCallCost,
    instructions: text.nullable(),
    brief: text.nullable(),
  }),
  /** Additions to the standing instructions, from corrections up to and including one. */
  'proposal.made': z.object({
    ...sideCallCost,
    additions: z.array(text),
    corrections: z.number(),
    upTo: z.number(),
  }),
  'proposal.applied': z.object({ proposalSeq: z.number() }),
  'side_call.failed': z.object({
    purpose: z.enum(['replay', 'proposal']),
    ...sideCallCost,
    message: text,
  }),

  // The life of an exchange
  'exchange.opened': z.object({
    origin: z.enum(['envelope', 'owner']),
    /** Fingerprint of what was said, to notice ping-pong. */
    saidKey: text,
  }),
  'call.started': z.object({
    callId: CallId,
    purpose: z.enum(['answer', 'summary']),
    attempt: z.number(),
    model: text,
    maxTokens: z.number(),
    fromSeq: z.number(),
    toSeq: z.number(),
    estimatedTokens: z.number(),
    /** Absent in what older versions stored. */
    sent: sent.optional(),
  }),
  'call.finished': z.object({
    callId: CallId,
    purpose: z.enum(['answer', 'summary']),
    model: text,
    usage: Usage,
    /** null: the price table does not know the model. */
    costUsd: z.number().nullable(),
    /** The owner's Claude Code answered: what the API would have charged, and nobody did. */
    isEstimate: z.boolean().optional(),
    /** Negative where writing the cache cost more than reading from it saved. */
    savedByCacheUsd: z.number(),
    stopReason: text,
    requestId: text.nullable(),
    firstTextMs: z.number().nullable(),
    durationMs: z.number(),
  }),
  'call.failed': z.object({
    callId: CallId,
    purpose: z.enum(['answer', 'summary']),
    fault: Fault,
    /** When it is tried again (epoch ms), null where something else has to happen first. */
    retryAt: z.number().nullable(),
    model: text,
    usage: Usage.nullable(),
    costUsd: z.number().nullable(),
    isEstimate: z.boolean().optional(),
    savedByCacheUsd: z.number(),
    durationMs: z.number(),
  }),
  /** A call that was under way when the relay died or was paused; it is made again. */
  'call.interrupted': z.object({ callId: CallId }),
  'verdict.given': z.object({ callId: CallId, verdict: Verdict }),
  'dispatch.queued': z.object({
    dispatchId: DispatchId,
    origin: z.enum(['supervisor', 'owner']),
    text,
  }),
  /** Committed when the reply is irrevocably on its way: the rename is done right after, or at the
   * next start (DESIGN 2.3, exactly once). */
  'dispatch.written': z.object({ dispatchId: DispatchId }),
  'dispatch.claimed': z.object({ dispatchId: DispatchId }),
  'dispatch.withdrawn': z.object({ dispatchId: DispatchId, reason: text }),
  'exchange.closed': z.object({ how: HowClosed }),

  // The inbox
  'item.opened': z.object({
    itemId: ItemId,
    kind: ItemKind,
    code: z.union([GuardCode, Fault.shape.code]).nullable(),
    summary: text,
    proposal: text,
    reasoning: text,
    /** The session gets no further reply until it is settled. */
    holds: z.boolean(),
    /** The exchange goes no further until it is settled. */
    stops: z.boolean(),
    /** Nothing at all is sent to the API until it is settled, but for a try at `retryAt`. */
    blocks: z.boolean(),
    /** It mends itself; the owner is only told. */
    isOutage: z.boolean(),
    retryAt: z.number().nullable(),
  }),
  'item.updated': z.object({
    itemId: ItemId,
    code: text.nullable(),
    summary: text,
    retryAt: z.number().nullable(),
  }),
  'item.settled': z.object({
    itemId: ItemId,
    how: HowSettled,
    /** null: nobody had to do anything. */
    via: Via.nullable(),
    text,
    /** What a settled budget item allows on top for the rest of the day. */
    extraUsd: z.number(),
  }),
  'notification.sent': z.object({ itemId: ItemId, channel: text }),
  'notification.failed': z.object({ itemId: ItemId, channel: text, reason: text }),
} as const;

export type EventType = keyof typeof eventPayloads;
export type EventPayload<T extends EventType> = z.infer<(typeof eventPayloads)[T]>;

/** What an event is about; null where it is about nothing of the kind. */
export interface EventSubject {
  sessionId: SessionId | null;
  conversationId: ConversationId | null;
  exchangeId: ExchangeId | null;
  toolUseId: string | null;
}

/** An event that is decided but not yet committed. */
export type NewEvent<T extends EventType = EventType> = {
  [K in T]: { type: K; payload: EventPayload<K> } & Partial<EventSubject>;
}[T];

/** One immutable row of the event store. */
export type RelayEvent<T extends EventType = EventType> = {
  [K in T]: {
    /** Position in the store, from 1, without gaps. */
    seq: number;
    id: string;
    /** Nanoseconds since the epoch, strictly rising; text, since it does not fit a number. */
    tsNs: string;
    /** The same in whole milliseconds. */
    at: number;
    type: K;
    payload: EventPayload<K>;
    /** Tokens of a conversation event by the model's tokenizer, 0 until counted. */
    tokens: number;
  } & EventSubject;
}[T];

export const conversationEventTypes = [
  'user_message',
  'agent_message',
  'tool_call',
  'tool_response',
] as const satisfies readonly EventType[];
