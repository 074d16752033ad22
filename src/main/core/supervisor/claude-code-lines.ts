import type Anthropic from '@anthropic-ai/sdk';
import { z } from 'zod';

const Result = z.object({
  type: z.literal('result'),
  is_error: z.boolean(),
  /** 0 for a turn that was not to be answered. */
  num_turns: z.number().default(0),
  /** The answer, or Claude Code's own words on what went wrong. */
  result: z.string().default(''),
  terminal_reason: z.string().nullish(),
  api_error_status: z.number().nullish(),
  api_error_type: z.string().nullish(),
  api_error: z.string().nullish(),
});
export type ClaudeResult = z.infer<typeof Result>;

const StreamEvent = z.object({
  type: z.literal('stream_event'),
  event: z.looseObject({ type: z.string() }),
});

/** Claude Code's own code for a failed call, in the message that it shows instead of an answer. */
const FailedMessage = z.object({ type: z.literal('assistant'), error: z.string() });

const RateLimit = z.object({
  type: z.literal('rate_limit_event'),
  /** `resetsAt`: seconds since 1970. */
  rate_limit_info: z.object({ status: z.string(), resetsAt: z.number().optional() }),
});

/** A line of Claude Code's output, as far as Relay needs it. */
export type ClaudeLine =
  | { kind: 'event'; event: Anthropic.RawMessageStreamEvent }
  | { kind: 'result'; result: ClaudeResult }
  | { kind: 'failure'; code: string }
  | { kind: 'limit'; resetsAtMs: number }
  | { kind: 'other' }
  | { kind: 'garbled' };

/** Reads one line; what is new to Relay is `other`, what is no JSON is `garbled`. */
export function readClaudeLine(line: string): ClaudeLine {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { kind: 'garbled' };
  }
  const event = StreamEvent.safeParse(json);
  if (event.success) {
    // Claude Code hands the API's events through as they come.
    return {
      kind: 'event',
      event: event.data.event as unknown as Anthropic.RawMessageStreamEvent,
    };
  }
  const result = Result.safeParse(json);
  if (result.success) return { kind: 'result', result: result.data };
  const failure = FailedMessage.safeParse(json);
  if (failure.success) return { kind: 'failure', code: failure.data.error };
  const limit = RateLimit.safeParse(json);
  const { status, resetsAt } = limit.data?.rate_limit_info ?? {};
  if (status === 'rejected' && resetsAt !== undefined) {
    return { kind: 'limit', resetsAtMs: resetsAt * 1000 };
  }
  return { kind: 'other' };
}
