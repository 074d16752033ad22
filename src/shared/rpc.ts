import { z } from 'zod';
import { Autonomy, type RelayEvent, ToolPolicy, Via } from './events.ts';
import { CallId, ConversationId, ExchangeId, FactId, ItemId, SessionId } from './ids.ts';
import {
  Brief,
  ClaudeCodeStatus,
  ConnectScope,
  CostHour,
  CostRow,
  CostSummary,
  DriveSummary,
  Excerpt,
  Fact,
  HistoryEntry,
  InboxItem,
  ModelPrice,
  OutcomeRow,
  PlannedChange,
  RejectedEnvelope,
  Score,
  SessionDrives,
  SessionSummary,
  SideCall,
  StatsSummary,
  Status,
  SummaryLine,
  ToolPlugIn,
  ToolSetting,
} from './models.ts';

/** A committed event as it travels; its payload is checked by whoever wrote it. */
const Event = z.custom<RelayEvent>((value) => typeof value === 'object' && value !== null);
const nothing = z.object({});
const done = z.object({});
const words = z.string().trim().min(1, 'must not be empty').max(8_000_000);
const fact = z.string().trim().min(1, 'must not be empty').max(2_000);
const limit = z.number().int().min(1).max(1000);

/**
 * Everything a client can ask of a relay, for every transport (Electron IPC, control socket,
 * loopback HTTP). A query changes nothing; a command answers after its events are committed.
 */
export const rpc = {
  status: { kind: 'query', input: nothing, output: Status },
  'inbox.list': { kind: 'query', input: nothing, output: z.array(InboxItem) },
  'sessions.list': { kind: 'query', input: nothing, output: z.array(SessionSummary) },
  'cost.summary': { kind: 'query', input: nothing, output: CostSummary },
  /** What was spent, a row for each day, session, model and purpose, of the last 30 days. */
  'cost.rows': { kind: 'query', input: nothing, output: z.array(CostRow) },
  /** What today cost, hour by hour; hours without a call are left out. */
  'cost.hours': { kind: 'query', input: nothing, output: z.array(CostHour) },
  /** The price table in force: the shipped one with the owner's own prices laid over it. */
  'prices.list': {
    kind: 'query',
    input: nothing,
    output: z.object({ date: z.string(), models: z.array(ModelPrice) }),
  },
  'envelopes.rejected': { kind: 'query', input: nothing, output: z.array(RejectedEnvelope) },
  /** All that a client needs to begin; `seq` is where its stream goes on. */
  snapshot: {
    kind: 'query',
    input: nothing,
    output: z.object({
      seq: z.number(),
      status: Status,
      inbox: z.array(InboxItem),
      sessions: z.array(SessionSummary),
      cost: CostSummary,
    }),
  },
  /**
   * Conversation and exchange events, newest page first in time, oldest first within the page. Of a
   * session within a conversation (both given): its own, and those that concern no single session.
   */
  'events.page': {
    kind: 'query',
    input: z.object({
      sessionId: SessionId.optional(),
      conversationId: ConversationId.optional(),
      /** Only events before this sequence number; absent: the newest. */
      before: z.number().int().optional(),
      limit: limit.default(200),
    }),
    output: z.object({ events: z.array(Event), more: z.boolean() }),
  },
  /** Everything after a sequence number, oldest first; fewer than `limit` where they are large. */
  'events.after': {
    kind: 'query',
    input: z.object({ after: z.number().int().min(0), limit: limit.default(1000) }),
    output: z.object({ events: z.array(Event), lastSeq: z.number() }),
  },
  /** Every event of one exchange: its receipt. */
  'exchange.events': {
    kind: 'query',
    input: z.object({ exchangeId: ExchangeId }),
    output: z.object({ events: z.array(Event) }),
  },
  /**
   * What was sent with a call (absent: the last that was to bring an answer), made anew from the
   * events. `body` is JSON, as it goes to the Messages API, or as it is handed to Claude Code.
   */
  'exchange.request': {
    kind: 'query',
    input: z.object({ exchangeId: ExchangeId, callId: CallId.optional() }),
    output: z.object({
      callId: CallId,
      /** null: not known of calls by older versions. */
      provider: z.enum(['anthropic', 'claude-code']).nullable(),
      body: z.unknown(),
      /** Whether it is what was sent, by its fingerprint; null: there is none to compare with. */
      parts: z.array(
        z.object({
          name: z.enum(['system', 'messages', 'tools', 'aside']),
          agrees: z.boolean().nullable(),
        }),
      ),
      /** What was thought between two uses of tools was sent too, but is kept nowhere. */
      lacksThinking: z.boolean(),
    }),
  },
  /**
   * What was said with these words in it, whatever they are; the last may be the beginning of a word.
   * First what has the text as it stands, then the newest. `excerpts`: one for each event.
   */
  'events.search': {
    kind: 'query',
    input: z.object({
      // Not trimmed: a blank at the end says that the last word is whole.
      text: z.string().max(8_000_000),
      sessionId: SessionId.optional(),
      conversationId: ConversationId.optional(),
      /** Only events before this sequence number. */
      before: z.number().int().optional(),
      limit: limit.default(50),
    }),
    output: z.object({ events: z.array(Event), excerpts: z.array(Excerpt) }),
  },
  /** What the supervisor is told with every call, beside the conversation itself. */
  'facts.list': {
    kind: 'query',
    input: z.object({ conversationId: ConversationId }),
    output: z.array(Fact),
  },
  /** All that is kept of a session and its conversation; summaries newest first. */
  'session.memory': {
    kind: 'query',
    input: z.object({ sessionId: SessionId }),
    output: z.object({
      conversationId: ConversationId,
      brief: Brief.nullable(),
      facts: z.array(Fact),
      summaries: z.array(SummaryLine),
    }),
  },
  /** What a summary stands for, in the order in which the supervisor was shown it. */
  'summary.covered': {
    kind: 'query',
    input: z.object({
      /** Of the `summary.made` event. */
      seq: z.number().int(),
      /** Only what comes after this position; `next` of the page before. */
      after: z.number().int().default(0),
      limit: limit.default(200),
    }),
    output: z.object({
      summary: SummaryLine,
      events: z.array(Event),
      /** null: that was the last page. */
      next: z.number().nullable(),
    }),
  },
  /** How good the supervisor's decisions were, as far as the owner said so. */
  'stats.summary': { kind: 'query', input: nothing, output: StatsSummary },
  /** How it goes with a session by what happened in it, and what moved it last (docs/drives.md). */
  'session.drives': {
    kind: 'query',
    input: z.object({ sessionId: SessionId }),
    output: SessionDrives,
  },
  /** The same of all sessions in short, and what weighs how much. */
  'drives.list': { kind: 'query', input: nothing, output: DriveSummary },
  /** Forgets what scores have taught; the settings hold again. */
  'drives.reset': { kind: 'command', input: nothing, output: done },
  /** The same, a row for each day, session and model, of the last 30 days. */
  'stats.rows': { kind: 'query', input: nothing, output: z.array(OutcomeRow) },
  'settings.get': {
    kind: 'query',
    input: nothing,
    output: z.object({
      values: z.array(z.object({ key: z.string(), value: z.unknown(), origin: z.string() })),
      problems: z.array(z.string()),
      ntfyTopic: z.string(),
      hasCredential: z.boolean(),
    }),
  },
  'settings.set': {
    kind: 'command',
    input: z.object({ key: z.string(), value: z.unknown() }),
    output: done,
  },
  /** The value goes into `.env`; it can be set and tested, never read back. */
  'secret.set': {
    kind: 'command',
    input: z.object({ name: z.enum(['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN']), value: words }),
    output: done,
  },
  /** The supervisor's standing instructions (supervisor.md). */
  'instructions.get': { kind: 'query', input: nothing, output: z.object({ text: z.string() }) },
  'instructions.set': { kind: 'command', input: z.object({ text: words }), output: done },
  /** Sends a test message to the owner's phone. */
  'ntfy.test': { kind: 'command', input: nothing, output: done },
  'claudeCode.status': { kind: 'query', input: nothing, output: ClaudeCodeStatus },
  /** What connecting would change in Claude Code's settings; changes nothing. */
  'claudeCode.planConnect': {
    kind: 'query',
    input: z.object({ scope: ConnectScope }),
    output: PlannedChange,
  },
  'claudeCode.planDisconnect': {
    kind: 'query',
    input: z.object({ file: z.string() }),
    output: PlannedChange,
  },
  /** Makes the change that was shown; `conflict` when the file has changed since. */
  'claudeCode.connect': {
    kind: 'command',
    input: z.object({ scope: ConnectScope, diff: z.string() }),
    output: done,
  },
  'claudeCode.disconnect': {
    kind: 'command',
    input: z.object({ file: z.string(), diff: z.string() }),
    output: done,
  },
  /** What was said, for people (Markdown) or programs (JSON lines). */
  'conversation.export': {
    kind: 'query',
    input: z.object({
      sessionId: SessionId.optional(),
      conversationId: ConversationId.optional(),
      format: z.enum(['markdown', 'jsonl']),
    }),
    output: z.object({ text: z.string() }),
  },
  'supervisor.probe': {
    kind: 'query',
    input: nothing,
    output: z.object({ ok: z.boolean(), message: z.string() }),
  },

  /** Opens the offline demo beside this relay; `url` is its one-time address on 127.0.0.1. */
  'demo.open': { kind: 'command', input: nothing, output: z.object({ url: z.string() }) },

  'relay.pause': { kind: 'command', input: z.object({ via: Via }), output: done },
  'relay.resume': { kind: 'command', input: z.object({ via: Via }), output: done },
  /** `direct`: the text goes to the session as it is, without the supervisor. */
  'inbox.answer': {
    kind: 'command',
    input: z.object({ itemId: ItemId, text: words, direct: z.boolean().default(false), via: Via }),
    output: done,
  },
  /** `text`: what is sent instead of a draft. */
  'inbox.approve': {
    kind: 'command',
    input: z.object({ itemId: ItemId, text: words.optional(), via: Via }),
    output: done,
  },
  /**
   * Runs a past exchange again, as it was or with another model, instructions or brief (an empty one:
   * none). Touches nothing, costs money; takes as long as the supervisor does.
   */
  'exchange.replay': {
    kind: 'command',
    input: z.object({
      exchangeId: ExchangeId,
      model: z.string().trim().min(1, 'must not be empty').max(200).optional(),
      instructions: words.optional(),
      brief: z.string().trim().max(8_000).optional(),
    }),
    output: z.object({
      /** Of the `replay.made` event. */
      seq: z.number(),
      /** null: it was never answered. */
      original: SideCall.nullable(),
      replay: SideCall,
    }),
  },
  /** Has the supervisor propose additions to supervisor.md out of the owner's corrections since the
   * last ones; changes nothing, costs money. An empty diff: it has none to propose. */
  'instructions.propose': {
    kind: 'command',
    input: nothing,
    output: z.object({
      seq: z.number(),
      diff: z.string(),
      corrections: z.number(),
      model: z.string(),
      costUsd: z.number().nullable(),
      isEstimate: z.boolean().optional(),
    }),
  },
  /** Makes the change that was shown; `conflict` when supervisor.md has changed since. */
  'instructions.apply': {
    kind: 'command',
    input: z.object({ seq: z.number().int(), diff: z.string() }),
    output: done,
  },
  /** `needless`: its escalation; `wrong`: its automatic reply; `fine`: either; null takes it back. */
  'exchange.score': {
    kind: 'command',
    input: z.object({ exchangeId: ExchangeId, score: Score.nullable() }),
    output: done,
  },
  'inbox.dismiss': { kind: 'command', input: z.object({ itemId: ItemId, via: Via }), output: done },
  'session.send': {
    kind: 'command',
    input: z.object({ sessionId: SessionId, text: words, via: Via }),
    output: done,
  },
  'owner.say': {
    kind: 'command',
    input: z.object({ text: words, conversationId: ConversationId.optional(), via: Via }),
    output: done,
  },
  'session.setAutonomy': {
    kind: 'command',
    input: z.object({ sessionId: SessionId, autonomy: Autonomy }),
    output: done,
  },
  'session.setMuted': {
    kind: 'command',
    input: z.object({ sessionId: SessionId, muted: z.boolean() }),
    output: done,
  },
  /** The supervisor's tools in the order it is offered them; empty while `tools.enabled` is false. */
  'tools.list': {
    kind: 'query',
    input: z.object({ sessionId: SessionId.optional() }),
    output: z.array(ToolSetting),
  },
  /** What could be turned on in `tools.plugins`, and what is. */
  'plugIns.list': { kind: 'query', input: nothing, output: z.array(ToolPlugIn) },
  /** null: the settings decide again. */
  'session.setToolPolicy': {
    kind: 'command',
    input: z.object({
      sessionId: SessionId,
      tool: z.string().regex(/^[a-z0-9_]{1,64}$/),
      policy: ToolPolicy.nullable(),
    }),
    output: done,
  },
  'facts.pin': {
    kind: 'command',
    input: z.object({ conversationId: ConversationId, text: fact }),
    output: z.object({ factId: FactId }),
  },
  'facts.edit': {
    kind: 'command',
    input: z.object({ factId: FactId, text: fact }),
    output: done,
  },
  'facts.unpin': { kind: 'command', input: z.object({ factId: FactId }), output: done },
  /** An empty text takes it away. */
  'session.setBrief': {
    kind: 'command',
    input: z.object({ sessionId: SessionId, text: z.string().trim().max(8_000) }),
    output: done,
  },
  'session.move': {
    kind: 'command',
    input: z.object({ sessionId: SessionId, conversationId: ConversationId }),
    output: done,
  },
  'history.import': {
    kind: 'command',
    input: z.object({ entries: z.array(HistoryEntry), conversationId: ConversationId.optional() }),
    /** `known`: entries that were there already, word for word and with the same time. */
    output: z.object({ imported: z.number(), known: z.number() }),
  },
} as const satisfies Record<
  string,
  { kind: 'query' | 'command'; input: z.ZodType; output: z.ZodType }
>;

export type RpcName = keyof typeof rpc;
/** What a caller writes (defaults may be left out). */
export type RpcInput<N extends RpcName> = z.input<(typeof rpc)[N]['input']>;
/** What a handler gets. */
export type RpcParsedInput<N extends RpcName> = z.output<(typeof rpc)[N]['input']>;
export type RpcOutput<N extends RpcName> = z.output<(typeof rpc)[N]['output']>;

export const RpcErrorCode = z.enum([
  'bad-input',
  'not-found',
  'conflict',
  'unauthorised',
  'unavailable',
  'failed',
]);
export interface RpcError {
  code: z.infer<typeof RpcErrorCode>;
  /** One sentence for the owner: first the fact, then what to do. */
  message: string;
}
export type RpcResult<T> = { ok: true; value: T } | { ok: false; error: RpcError };

/** What the one event stream carries: committed events with their cursor, and what only streams. */
export type StreamItem =
  | { kind: 'event'; event: RelayEvent }
  /** The supervisor's answer as it comes in; the whole text so far, at most ten times a second. */
  | {
      kind: 'progress';
      callId: CallId;
      exchangeId: ExchangeId;
      sessionId: SessionId | null;
      text: string;
      /** A tool that runs just now, with the newest lines of its output. */
      tool?: { toolUseId: string; name: string; tail: string };
    };

export interface RpcHandlers {
  handle<N extends RpcName>(
    name: N,
    input: RpcParsedInput<N>,
  ): RpcResult<RpcOutput<N>> | Promise<RpcResult<RpcOutput<N>>>;
}
