import type {
  Author,
  Autonomy,
  EventPayload,
  EventSubject,
  ToolPolicy,
  Via,
} from '#shared/events.ts';
import type { Fault } from '#shared/fault.ts';
import type {
  CallId,
  ConversationId,
  DispatchId,
  ExchangeId,
  FactId,
  ItemId,
  SessionId,
} from '#shared/ids.ts';
import type { HistoryEntry } from '#shared/models.ts';
import type { Usage } from '#shared/usage.ts';
import type { Verdict } from '#shared/verdict.ts';

/** What a session's word brought along, as far as the contract knows it. */
export interface EnvelopeFacts {
  name: string;
  /** Tells this very file from every other, so that a crash before its removal repeats nothing. */
  fileKey: string;
  envelopeId: string | null;
  sentAt: string | null;
  sizeBytes: number;
  title: string | null;
  cwd: string | null;
  source: string | null;
  meta: Record<string, unknown>;
  extra: Record<string, unknown>;
  hookEvent: string | null;
  /** Root of the project that `cwd` lies in; null without one. */
  projectRoot: string | null;
  claudePid: number | null;
  attended: boolean | null;
}

/** What an envelope says, once it is understood. */
export type EnvelopeWord =
  | { kind: 'said'; text: string; saidKey: string }
  | { kind: 'backgrounded'; text: string; tasks: number }
  | { kind: 'prompted'; text: string }
  | { kind: 'opened'; source: string }
  | { kind: 'closed'; reason: string }
  | { kind: 'failed'; error: string; message: string }
  | { kind: 'notified'; what: string; message: string }
  | AskedWord;

/** Claude Code asks for permission; the rest is how the owner is shown what for. */
export interface AskedWord {
  kind: 'asked';
  /** Name of the request's files, without ending. */
  request: string;
  tool: string;
  input: unknown;
  hookPid: number | null;
  transcript: string | null;
  summary: string;
  proposal: string;
  reasoning: string;
}

/** What the owner did on the phone. */
export type PhoneAct =
  | { kind: 'approve' | 'dismiss'; itemId: ItemId }
  /** Instead of a draft. */
  | { kind: 'send'; itemId: ItemId; text: string }
  | { kind: 'answer'; itemId: ItemId; text: string }
  /** To a session, or to the supervisor. */
  | { kind: 'word'; sessionId: SessionId | null; text: string }
  | { kind: 'refused'; why: string };

interface CallFacts {
  callId: CallId;
  exchangeId: ExchangeId;
  /** Who pays for it, should the exchange be over when it ends. */
  sessionId?: SessionId | null | undefined;
  purpose: 'answer' | 'summary';
  model: string;
  durationMs: number;
  usage: Usage | null;
  costUsd: number | null;
  /** See `call.finished`. */
  isEstimate?: boolean | undefined;
  savedByCacheUsd: number;
}

interface ToolCallFacts {
  toolUseId: string;
  name: string;
  input: unknown;
}

/** Everything that can happen to the relay, from outside or reported back by a reactor. */
export type Command =
  | { kind: 'startRelay'; version: string; pid: number; host: string }
  | { kind: 'stopRelay' }
  | { kind: 'pause'; via: Via }
  | { kind: 'resume'; via: Via }
  | { kind: 'acceptEnvelope'; sessionId: SessionId; facts: EnvelopeFacts; word: EnvelopeWord }
  | { kind: 'repeatEnvelope'; sessionId: SessionId; facts: EnvelopeFacts }
  | { kind: 'rejectEnvelope'; name: string; keptAs: string; reason: string }
  | {
      kind: 'startCall';
      exchangeId: ExchangeId;
      purpose: 'answer' | 'summary';
      model: string;
      maxTokens: number;
      fromSeq: number;
      toSeq: number;
      estimatedTokens: number;
      sent?: EventPayload<'call.started'>['sent'];
    }
  | (CallFacts & {
      kind: 'finishCall';
      usage: Usage;
      stopReason: string;
      requestId: string | null;
      firstTextMs: number | null;
      /** null for a summary, and where the supervisor asks for tools first. */
      verdict: Verdict | null;
      /** What it asks for, and what it said to it. */
      tools?: { said: string; calls: readonly ToolCallFacts[] } | undefined;
    })
  | (CallFacts & { kind: 'failCall'; fault: Fault })
  | {
      kind: 'askTool';
      exchangeId: ExchangeId;
      toolUseId: string;
      summary: string;
      /** Exactly what would run. */
      shows: string;
      reasoning: string;
    }
  | {
      kind: 'answerTool';
      exchangeId: ExchangeId;
      toolUseId: string;
      output: string;
      isError: boolean;
    }
  /** It was answered in the terminal, or nobody waits for it. */
  | { kind: 'withdrawPermission'; request: string; via: Via | null }
  | { kind: 'closePermission'; request: string }
  | { kind: 'interruptCall'; callId: CallId; exchangeId: ExchangeId }
  | { kind: 'remindSupervisor'; exchangeId: ExchangeId }
  | {
      kind: 'recordSummary';
      conversationId: ConversationId;
      fromPosition: number;
      toPosition: number;
      fromAt: number;
      toAt: number;
      events: number;
      text: string;
      method: 'supervisor' | 'omitted';
    }
  | { kind: 'recordInstructions'; text: string }
  | { kind: 'markWritten'; dispatchId: DispatchId }
  | { kind: 'markClaimed'; dispatchId: DispatchId }
  | { kind: 'markWithdrawn'; dispatchId: DispatchId; reason: string }
  | { kind: 'doubtHandOver'; dispatchId: DispatchId; text: string }
  | { kind: 'markReleased'; sessionId: SessionId }
  | { kind: 'markNotified'; itemId: ItemId; channel: string; failure: string | null }
  | { kind: 'answerItem'; itemId: ItemId; text: string; direct: boolean; via: Via }
  /** `text`: what is sent instead of a draft. */
  | { kind: 'approveItem'; itemId: ItemId; text?: string | undefined; via: Via }
  | { kind: 'dismissItem'; itemId: ItemId; via: Via }
  | { kind: 'sendDirect'; sessionId: SessionId; text: string; via: Via }
  | { kind: 'say'; text: string; conversationId: ConversationId | null; via: Via }
  /** By file; `mark` tells this very file from every other. */
  | {
      kind: 'takeOwnerInput';
      mark: string;
      word: { sessionId: SessionId | null; text: string };
    }
  /** By the phone; each message counts once. */
  | { kind: 'takePhoneWord'; messageId: string; sentAtSeconds: number; act: PhoneAct }
  | { kind: 'setAutonomy'; sessionId: SessionId; autonomy: Autonomy }
  | { kind: 'setMuted'; sessionId: SessionId; muted: boolean }
  /** null: the settings decide again. */
  | { kind: 'setToolPolicy'; sessionId: SessionId; tool: string; policy: ToolPolicy | null }
  | {
      kind: 'pinFact';
      conversationId: ConversationId;
      sessionId: SessionId | null;
      exchangeId: ExchangeId | null;
      text: string;
      by: Author;
    }
  | {
      kind: 'editFact';
      conversationId: ConversationId;
      factId: FactId;
      text: string;
      by: Author;
    }
  | {
      kind: 'scoreExchange';
      exchangeId: ExchangeId;
      sessionId: SessionId | null;
      conversationId: ConversationId | null;
      scored:
        | { of: 'reply'; score: 'wrong' | 'fine' | null }
        | { of: 'escalation'; score: 'needless' | 'fine' | null };
    }
  | { kind: 'tellDrives'; exchangeId: ExchangeId; text: string }
  | (Partial<EventSubject> & { kind: 'learnDrives'; payload: EventPayload<'drives.learnt'> })
  | { kind: 'resetDrives' }
  | (Partial<EventSubject> & { kind: 'recordReplay'; payload: EventPayload<'replay.made'> })
  | { kind: 'recordProposal'; payload: EventPayload<'proposal.made'> }
  | { kind: 'recordApplied'; proposalSeq: number }
  | (Partial<EventSubject> & {
      kind: 'recordSideCallFailure';
      payload: EventPayload<'side_call.failed'>;
    })
  | { kind: 'unpinFact'; conversationId: ConversationId; factId: FactId }
  | {
      kind: 'setBrief';
      sessionId: SessionId;
      exchangeId: ExchangeId | null;
      /** Empty: none any more. */
      text: string;
      by: Author;
    }
  | { kind: 'moveSession'; sessionId: SessionId; conversationId: ConversationId }
  | { kind: 'recheck'; why: string }
  /** What is wrong with the disk, for the owner; null: nothing any more. */
  | { kind: 'reportDisk'; problem: string | null }
  | ({ kind: 'recordRestore' } & EventPayload<'store.restored'>)
  | { kind: 'importHistory'; entries: readonly HistoryEntry[]; conversationId: ConversationId };

export type CommandKind = Command['kind'];
export type CommandOf<K extends CommandKind> = Extract<Command, { kind: K }>;
