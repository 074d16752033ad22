import { z } from 'zod';
import { Author, Autonomy, ItemKind, type RelayEvent, ToolPolicy } from './events.ts';
import { ConversationId, ExchangeId, FactId, ItemId, SessionId } from './ids.ts';
import { Usage } from './usage.ts';
import { Verdict } from './verdict.ts';

/** Times are epoch milliseconds, money is US dollars. Keys are part of the contract (DESIGN 2.5). */

/** What the whole relay is doing; `needs-owner` wins over `working`, `paused` over both. */
export const RelayStateName = z.enum(['idle', 'working', 'paused', 'needs-owner']);
export type RelayStateName = z.infer<typeof RelayStateName>;

/** Something that waits by itself and when it goes on, for `status` to show. */
export const Waiting = z.object({
  exchangeId: ExchangeId,
  sessionId: SessionId.nullable(),
  reason: z.string(),
  /** null: it goes on when something else has happened, which `reason` names. */
  retryAt: z.number().nullable(),
  attempt: z.number(),
});
export type Waiting = z.infer<typeof Waiting>;

export const Status = z.object({
  state: RelayStateName,
  paused: z.boolean(),
  /** Envelopes taken that the supervisor has not answered yet. */
  queued: z.number(),
  sessions: z.number(),
  inbox: z.number(),
  todayUsd: z.number(),
  home: z.string(),
  /** The owner's own folder on the relay's machine, which people write as `~`. */
  userHome: z.string(),
  pid: z.number(),
  version: z.string(),
  host: z.enum(['headless', 'desktop']),
  startedAt: z.number(),
  /** Last committed event. */
  seq: z.number(),
  waiting: z.array(Waiting),
  budgetPerDayUsd: z.number().nullable(),
  rejected: z.number(),
  /** What is wrong with the settings, a sentence each. */
  problems: z.array(z.string()),
});
export type Status = z.infer<typeof Status>;

export const InboxItem = z.object({
  id: ItemId,
  kind: ItemKind,
  sessionId: SessionId.nullable(),
  exchangeId: ExchangeId.nullable(),
  conversationId: ConversationId.nullable(),
  title: z.string().nullable(),
  code: z.string().nullable(),
  summary: z.string(),
  proposal: z.string(),
  reasoning: z.string(),
  holds: z.boolean(),
  openedAt: z.number(),
  /** Where leave is asked for: what exactly would be done, verbatim but for what cannot be seen. */
  use: z
    .object({
      tool: z.string(),
      text: z.string(),
      /** What the asker says it is for; empty for nothing. */
      remark: z.string(),
    })
    .optional(),
});
export type InboxItem = z.infer<typeof InboxItem>;

export const SessionStateName = z.enum(['needs-owner', 'working', 'waiting', 'idle', 'closed']);
export type SessionStateName = z.infer<typeof SessionStateName>;

export const SessionSummary = z.object({
  id: SessionId,
  title: z.string().nullable(),
  cwd: z.string().nullable(),
  /**
   * `needs-owner`: held; `waiting`: it waits for a reply (being thought about, queued or written);
   * `working`: it has its reply and is at it; `idle`: nothing is owed either way.
   */
  state: SessionStateName,
  /** One or two words more on the state, e.g. "supervisor is answering", "API key missing". */
  detail: z.string(),
  autonomy: Autonomy,
  conversationId: ConversationId,
  exchanges: z.number(),
  costUsd: z.number(),
  lastSeenAt: z.number(),
  /** First line of the last thing it said. */
  lastWords: z.string(),
  muted: z.boolean(),
});
export type SessionSummary = z.infer<typeof SessionSummary>;

/** A tool of the supervisor's, and what it may do for one session. */
export const ToolSetting = z.object({
  name: z.string(),
  /** As the model is told. */
  description: z.string(),
  policy: ToolPolicy,
  /** Who said so. */
  origin: z.enum(['session', 'settings', 'default']),
});
export type ToolSetting = z.infer<typeof ToolSetting>;

/** A folder of `tools/` in the home; nothing of it runs while it is off. */
export const ToolPlugIn = z.object({
  name: z.string(),
  /** As its manifest says; empty where there is none that can be read. */
  description: z.string(),
  isOn: z.boolean(),
  /** The tools it has brought; empty while it is off. */
  tools: z.array(z.string()),
  /** Why it could not be loaded; empty for nothing. */
  problem: z.string(),
});
export type ToolPlugIn = z.infer<typeof ToolPlugIn>;

export const CostLine = z.object({
  key: z.string(),
  usd: z.number(),
  /** How much of it the owner's Claude Code answered: what the API would have charged, an estimate. */
  estimatedUsd: z.number(),
  calls: z.number(),
  tokens: Usage,
});
export type CostLine = z.infer<typeof CostLine>;

export const CostSummary = z.object({
  todayUsd: z.number(),
  totalUsd: z.number(),
  /** How much of the total is estimates, as in a line. */
  estimatedUsd: z.number(),
  calls: z.number(),
  tokens: Usage,
  /** The dearest hundred. */
  bySession: z.array(CostLine),
  byModel: z.array(CostLine),
  /** The last 30 days that cost something, by local date (YYYY-MM-DD). */
  byDay: z.array(CostLine),
  /** Answers and summaries apart. */
  byPurpose: z.array(CostLine),
  /** What the same tokens would have cost without a cache, minus what they did. */
  savedByCacheUsd: z.number(),
  /** Calls by a model that the price table does not know, and which therefore count as 0. */
  unpricedCalls: z.number(),
});
export type CostSummary = z.infer<typeof CostSummary>;

/** What one day, session, model and purpose cost. */
export const CostRow = Usage.extend({
  /** Local date, YYYY-MM-DD. */
  day: z.string(),
  /** Empty: the owner's own word to the supervisor. */
  session: z.string(),
  model: z.string(),
  purpose: z.string(),
  calls: z.number(),
  usd: z.number(),
  estimatedUsd: z.number(),
  savedUsd: z.number(),
  unpricedCalls: z.number(),
});
export type CostRow = z.infer<typeof CostRow>;

/** What one hour of a day cost. */
export const CostHour = Usage.extend({
  /** 0 to 23, by the relay's clock. */
  hour: z.number(),
  calls: z.number(),
  usd: z.number(),
  estimatedUsd: z.number(),
  savedUsd: z.number(),
  unpricedCalls: z.number(),
});
export type CostHour = z.infer<typeof CostHour>;

/** USD per million tokens. */
const TokenRates = z.object({
  input: z.number(),
  output: z.number(),
  cacheRead: z.number(),
  cacheWrite5m: z.number(),
  cacheWrite1h: z.number(),
});
export type TokenRates = z.infer<typeof TokenRates>;

export const ModelPrice = TokenRates.extend({
  model: z.string(),
  /** Rates of the whole request once its prompt, cached tokens included, is longer than this. */
  above: TokenRates.extend({ promptTokens: z.number() }).nullable(),
});
export type ModelPrice = z.infer<typeof ModelPrice>;

/** Which of the owner's sessions to connect: all, or those started in one directory. */
export const ConnectScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user') }),
  z.object({ kind: z.literal('project'), dir: z.string().min(1, 'must not be empty') }),
]);
export type ConnectScope = z.infer<typeof ConnectScope>;

export const ClaudeCodeStatus = z.object({
  /** null: there is none in PATH. `version` is null where it does not say. */
  claude: z.object({ path: z.string(), version: z.string().nullable() }).nullable(),
  connected: z.array(
    z.object({
      file: z.string(),
      kind: z.enum(['user', 'project']),
      /** `some`: the file was edited since; connecting again mends it. */
      present: z.enum(['all', 'some']),
    }),
  ),
});
export type ClaudeCodeStatus = z.infer<typeof ClaudeCodeStatus>;

/** A change to one file that has not been made. */
export const PlannedChange = z.object({
  file: z.string(),
  /** Unified; empty when there is nothing to change. */
  diff: z.string(),
  /** What the owner should know about it; empty for nothing. */
  note: z.string(),
});
export type PlannedChange = z.infer<typeof PlannedChange>;

export const RejectedEnvelope = z.object({
  name: z.string(),
  reason: z.string(),
  at: z.number(),
});
export type RejectedEnvelope = z.infer<typeof RejectedEnvelope>;

/** Words around a place that was found, in pieces; the matching ones are to be marked. */
export const Excerpt = z.array(z.object({ text: z.string(), isMatch: z.boolean() }));
export type Excerpt = z.infer<typeof Excerpt>;

export interface Found {
  event: RelayEvent;
  excerpt: Excerpt;
}

/** Something that the supervisor sees with every call in a conversation. */
export const Fact = z.object({
  id: FactId,
  conversationId: ConversationId,
  text: z.string(),
  /** Whose word it is; what the owner has edited is his. */
  by: Author,
  pinnedAt: z.number(),
  editedAt: z.number().nullable(),
});
export type Fact = z.infer<typeof Fact>;

/** What a session is to achieve; the supervisor sees it with every call about it. */
export const Brief = z.object({ text: z.string(), by: Author, setAt: z.number() });
export type Brief = z.infer<typeof Brief>;

/** A summary and the stretch of conversation it stands for, both ends included. */
export const SummaryLine = z.object({
  /** Of its event. */
  seq: z.number(),
  fromPosition: z.number(),
  toPosition: z.number(),
  fromAt: z.number(),
  toAt: z.number(),
  events: z.number(),
  text: z.string(),
  method: z.enum(['supervisor', 'omitted']),
});
export type SummaryLine = z.infer<typeof SummaryLine>;

/** An answer of the supervisor and what it cost. */
export const SideCall = z.object({
  text: z.string(),
  verdict: Verdict,
  /** As the server names it. */
  model: z.string(),
  usage: Usage,
  /** null: the price table does not know the model. */
  costUsd: z.number().nullable(),
  /** The owner's Claude Code answered: what the API would have charged, and nobody did. */
  isEstimate: z.boolean().optional(),
  savedByCacheUsd: z.number(),
  stopReason: z.string(),
  durationMs: z.number(),
});
export type SideCall = z.infer<typeof SideCall>;

/** How often what happened, and what the owner made of it. */
export const OutcomeCounts = z.object({
  /** Sent without anybody looking at them first. */
  replies: z.number(),
  repliesWrong: z.number(),
  repliesFine: z.number(),
  escalations: z.number(),
  escalationsNeedless: z.number(),
  escalationsFine: z.number(),
  finishes: z.number(),
  draftsApproved: z.number(),
  draftsEdited: z.number(),
  draftsDropped: z.number(),
});
export type OutcomeCounts = z.infer<typeof OutcomeCounts>;

/** Of one day, session and model. */
export const OutcomeRow = OutcomeCounts.extend({
  /** Local date, YYYY-MM-DD, of what was done, also where it was scored later. */
  day: z.string(),
  /** Empty: the owner's own word to the supervisor. */
  session: z.string(),
  /** Empty: not known. */
  model: z.string(),
});
export type OutcomeRow = z.infer<typeof OutcomeRow>;

export const StatsLine = OutcomeCounts.extend({
  key: z.string(),
  /** Wrong ones of all automatic replies, 0 to 1; null where there was none. */
  wrongRate: z.number().nullable(),
  /** Needless ones of all escalations. */
  needlessRate: z.number().nullable(),
});
export type StatsLine = z.infer<typeof StatsLine>;

export const StatsSummary = z.object({
  total: StatsLine,
  /** The busiest hundred. */
  bySession: z.array(StatsLine),
  byModel: z.array(StatsLine),
  /** The last 30 days on which something happened. */
  byDay: z.array(StatsLine),
});
export type StatsSummary = z.infer<typeof StatsSummary>;

export const Score = z.enum(['needless', 'wrong', 'fine']);
export type Score = z.infer<typeof Score>;

export const DriveName = z.enum(['frustration', 'confidence']);
export type DriveName = z.infer<typeof DriveName>;

/** Something that moves a drive: as the settings name it, and what it counts. */
export const DriveWeight = z.object({
  /** As in `drives.weights`. */
  name: z.string(),
  words: z.string(),
  does: z.enum(['raises', 'lowers']),
  /** What the settings say, 0 to 1. */
  set: z.number(),
  /** What the owner's scores have made of it, as a factor; 1: nothing. */
  learnt: z.number(),
  /** What it counts now. */
  inForce: z.number(),
});
export type DriveWeight = z.infer<typeof DriveWeight>;

/** How high a drive stands in one session. */
export const DriveLevel = z.object({
  name: DriveName,
  /** 0 to 1. */
  level: z.number(),
  /** What the level has to say to the supervisor; empty where it is too low for that. */
  words: z.string(),
  /** Whether the next call tells them: one drive speaks at a time. */
  isTold: z.boolean(),
  halfLifeMinutes: z.number(),
  /** What moved it last, the newest first; `seq` is that of the event. */
  movedBy: z.array(
    z.object({
      words: z.string(),
      does: z.enum(['raises', 'lowers']),
      seq: z.number(),
      at: z.number(),
      exchangeId: ExchangeId.nullable(),
    }),
  ),
});
export type DriveLevel = z.infer<typeof DriveLevel>;

export const SessionDrives = z.object({
  sessionId: SessionId,
  /** Whether the supervisor is told of them (`drives.enabled`). */
  enabled: z.boolean(),
  /** Whether scores change the weights (`drives.learn`). */
  learns: z.boolean(),
  /** What the next call would tell the supervisor, as it is sent; empty for nothing. */
  told: z.string(),
  /** Empty while they are off. */
  drives: z.array(DriveLevel),
});
export type SessionDrives = z.infer<typeof SessionDrives>;

export const DriveSummary = z.object({
  enabled: z.boolean(),
  learns: z.boolean(),
  /** Those that drives have something to say about, and how high they stand. */
  sessions: z.array(
    z.object({
      sessionId: SessionId,
      title: z.string().nullable(),
      levels: z.array(z.object({ name: DriveName, level: z.number(), words: z.string() })),
    }),
  ),
  weights: z.array(DriveWeight),
});
export type DriveSummary = z.infer<typeof DriveSummary>;

/** One line of the first relay's JSON history (`{role, content, ts, session_id, meta}`). */
export const HistoryEntry = z.object({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.string(),
  ts: z.union([z.string(), z.number()]).nullish(),
  session_id: z.string().nullish(),
  meta: z.record(z.string(), z.unknown()).nullish(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;
