import type { Fault } from '#shared/fault.ts';
import type { Usage } from '#shared/usage.ts';
import type { Verdict } from '#shared/verdict.ts';

/** One message of the conversation as a provider gets it: text only, roles strictly alternating. */
export interface SupervisorMessage {
  role: 'user' | 'assistant';
  text: string;
}

/** A tool that the supervisor may use on its own, as a provider is told of it. */
export interface ToolDefinition {
  name: string;
  description: string;
  /** JSON Schema of an object. */
  inputSchema: Record<string, unknown>;
}

/** One use of a tool that the supervisor asks for. */
export interface ToolUse {
  toolUseId: string;
  name: string;
  /** As it came; whoever runs the tool checks it. */
  input: unknown;
}

/** What came of one use; each `ToolUse` gets exactly one. */
export interface ToolUseResult {
  toolUseId: string;
  output: string;
  isError: boolean;
}

/** One round of the answer that is being given: what was asked for, and what came of it. */
export interface TurnRound {
  /** The provider's own record of what it said, its thinking included; opaque to everyone else and
   * never stored: thinking is bound to exactly this conversation and void once the turn is over. */
  assistant: unknown;
  results: readonly ToolUseResult[];
  /** Words for the supervisor beside the results, framed by Relay: the owner's, or a note. */
  words: readonly string[];
}

export interface SupervisorRequest {
  model: string;
  maxTokens: number;
  /** Standing instructions. */
  system: string;
  /** First and last are the user's. */
  messages: readonly SupervisorMessage[];
  /** Goes after the last message, behind its cache breakpoint: for this call only, so that the next
   * one still reads everything before it from the cache. Framed by Relay. */
  aside?: string;
  /** Index of the message after which everything before it will be sent again unchanged (a pinned
   * summary): it gets a cache breakpoint of its own, beside those of `system` and the last message. */
  pinnedMessage?: number;
  cacheTtl: '5m' | '1h';
  effort?: 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  /** Whether `escalate` and `finish` are offered; a summary is written without them. */
  verdictTools: boolean;
  /** Offered beside them. Never changed within a turn; a change voids the prompt cache. */
  tools?: readonly ToolDefinition[];
  /** What has happened in this answer so far; goes after the last message. */
  turn?: readonly TurnRound[];
}

/** What streams in while a call is under way. Text is shown, never trusted as complete. */
export type SupervisorProgress =
  | { kind: 'started'; requestId: string | undefined }
  | { kind: 'text'; delta: string }
  | { kind: 'thinking' };

export interface SupervisorAnswer {
  /** All text blocks, joined. */
  text: string;
  verdict: Verdict;
  usage: Usage;
  /** The server did not say what it used, as some gateways do not, or said what cannot be: the cost
   * is unknown, and not zero. */
  hasNoUsage?: true;
  /** As the server names it, which is what is priced. */
  model: string;
  stopReason: string;
  requestId: string | undefined;
}

/** The answer is not there yet: the supervisor wants something looked up or done first. */
export interface ToolRequest extends Omit<SupervisorAnswer, 'verdict'> {
  /** At least one. */
  calls: readonly ToolUse[];
  /** For the `TurnRound` of the next request. */
  assistant: unknown;
}

export type CallOutcome = (
  | { ok: true; kind: 'answer'; answer: SupervisorAnswer }
  | { ok: true; kind: 'tools'; answer: ToolRequest }
  /** `usage`: what a call that failed after it began has cost all the same. */
  | { ok: false; fault: Fault; partialText: string; usage?: Usage; model?: string }
) & {
  /** The usage is charged to nobody by the price table; its price is what the API would charge. */
  isEstimate?: boolean;
};

/**
 * The Claude that answers. A provider never throws for what the far end does: every fault is an
 * outcome. It keeps no truth; the same request can be made again at any time.
 */
export interface Supervisor {
  /** Resolves once, whatever happens. Aborting the signal resolves with a `cut` fault. */
  answer(
    request: SupervisorRequest,
    onProgress: (progress: SupervisorProgress) => void,
    signal: AbortSignal,
  ): Promise<CallOutcome>;

  /** Tokens of one text by the model's own tokenizer, or undefined where that cannot be learnt now. */
  countTokens(model: string, text: string, signal: AbortSignal): Promise<number | undefined>;

  /** For `doctor` and the settings' test button: a sentence on what was found; spends next to nothing. */
  probe(
    model: string,
    signal: AbortSignal,
  ): Promise<{ ok: true; found: string } | { ok: false; fault: Fault }>;
}
