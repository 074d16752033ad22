/** What a script wants the Messages API to say, or how it should fail. */
export type Answer = MessageAnswer | FaultAnswer;

/** A response that begins with HTTP 200. With no break set, it is complete. */
export interface MessageAnswer extends Pace {
  /** Text of the reply; empty for a reply without a text block. Default: one plain sentence. */
  text?: string;
  /** Name of the tool that is called after the text. */
  tool?: string;
  /** Input of the tool. */
  input?: unknown;
  /** The tool's input exactly as it goes over the wire, for input that is not JSON. */
  toolJson?: string;
  /** Tokens spent on thinking before the reply. Default 40, 0 for models that do not think. */
  thinkingTokens?: number;

  /** Ends with `max_tokens`; the last block is cut in the middle. */
  maxTokens?: true;
  /** Ends with `refusal`, of this category (null: the API names none). */
  refusal?: { category: RefusalCategory | null; explanation?: string };
  /** Ends with `model_context_window_exceeded`. */
  contextExceeded?: true;

  // Breaks, each after this many characters of text and tool input:
  /** Nothing more is sent; the socket stays open until the client leaves or the server closes. */
  stall?: number;
  /** The socket is destroyed. */
  cut?: number;
  /** The response ends cleanly, without `message_stop`. */
  endEarly?: number;
  /** An `error` event inside the stream, after `afterChars` characters (default 0). */
  sseError?: { type: string; message: string };
  /** An event whose data is not JSON, after `afterChars` characters (default 0). */
  malformed?: true;
  afterChars?: number;
}

export type RefusalCategory =
  | 'cyber'
  | 'bio'
  | 'frontier_llm'
  | 'reasoning_extraction'
  | 'general_harms';

/** An HTTP error instead of a message. */
export interface FaultAnswer {
  fault: {
    status: number;
    /** `error.type`; where missing, the one that belongs to the status. */
    type?: string;
    message?: string;
    /** `error.details.error_code`. */
    errorCode?: string;
    retryAfterSeconds?: number;
    /** `retry-after` as the other form that HTTP allows. */
    retryAfterDate?: Date;
    /** Sent as text/html, as a proxy in between would. */
    nonJson?: string;
  };
  firstByteDelayMs?: number;
}

/** When things are sent. Tests use `gate`; the demo uses the delays, to be watchable. */
export interface Pace {
  /** The call is held open after `gateAfterChars` characters (default 0) until this settles. */
  gate?: Promise<unknown>;
  gateAfterChars?: number;
  firstByteDelayMs?: number;
  chunkDelayMs?: number;
  /** Characters of one delta. Default 24. */
  chunkChars?: number;
}

export function isFaultAnswer(answer: Answer): answer is FaultAnswer {
  return 'fault' in answer;
}

/** Where a broken answer breaks off, in characters of content, and how. */
export type Break = { after: number; how: 'stall' | 'cut' | 'end' | 'error' | 'malformed' };

export function breakOf(answer: MessageAnswer): Break | undefined {
  if (answer.stall !== undefined) return { after: answer.stall, how: 'stall' };
  if (answer.cut !== undefined) return { after: answer.cut, how: 'cut' };
  if (answer.endEarly !== undefined) return { after: answer.endEarly, how: 'end' };
  if (answer.sseError) return { after: answer.afterChars ?? 0, how: 'error' };
  if (answer.malformed) return { after: answer.afterChars ?? 0, how: 'malformed' };
  return undefined;
}
