import type { RelayEvent } from '#shared/events.ts';
import type { RpcError, RpcOutput, RpcParsedInput } from '#shared/rpc.ts';
import { sentMark } from '../conversation/sent-mark.ts';
import type { EventStore } from '../store/event-store.ts';
import { messagesParams } from '../supervisor/anthropic-request.ts';
import { asTurns, cacheMark } from '../supervisor/claude-code-turns.ts';
import type { SupervisorRequest, ToolDefinition } from '../supervisor/supervisor.ts';
import type { CallStarted, createPastRequests } from './past-request.ts';

export interface RequestCallsOptions {
  store: EventStore;
  requests: ReturnType<typeof createPastRequests>;
  /** The tools that are offered today where the call was made. */
  toolsOf: (call: CallStarted) => readonly ToolDefinition[];
}

type Input = RpcParsedInput<'exchange.request'>;
type Output = RpcOutput<'exchange.request'>;
type Result = { ok: true; value: Output } | { ok: false; error: RpcError };

/**
 * What was sent with a call. Only its fingerprints are stored: it is made anew from the events, and
 * says of each part whether that is what was sent.
 */
export function createRequestCalls({ store, requests, toolsOf }: RequestCallsOptions) {
  return ({ exchangeId, callId }: Input): Result => {
    const events = store.ofExchange(exchangeId);
    const call = events.findLast((event) => isWanted(event, callId));
    if (call?.type !== 'call.started') {
      return no('not-found', `No such call was made in ${exchangeId}. See: relay tail`);
    }
    const isSummary = call.payload.purpose === 'summary';
    const request = isSummary
      ? requests.summary(call)
      : requests.exact(call, events, toolsOf(call));
    if (!request) {
      return no('conflict', 'What was sent cannot be made anew from the events that are stored.');
    }
    const { sent } = call.payload;
    const isClaudeCode = sent?.provider === 'claude-code';
    return {
      ok: true,
      value: {
        callId: call.payload.callId,
        provider: sent?.provider ?? null,
        body: isClaudeCode ? forClaudeCode(request) : messagesParams(request),
        parts: partsOf(request, sent),
        lacksThinking: !isClaudeCode && (request.turn?.length ?? 0) > 0,
      },
    };
  };
}

const isWanted = (event: RelayEvent, callId: Input['callId']): boolean =>
  event.type === 'call.started' &&
  (callId === undefined ? event.payload.purpose === 'answer' : event.payload.callId === callId);

/** What Relay hands over; the rest of the request is Claude Code's own. */
function forClaudeCode({ model, system, messages, aside, cacheTtl }: SupervisorRequest): unknown {
  return { model, instructions: system, turns: asTurns(messages, cacheMark(cacheTtl), aside) };
}

function partsOf(
  request: SupervisorRequest,
  sent: CallStarted['payload']['sent'],
): Output['parts'] {
  const { prints } = sentMark(request, sent?.provider ?? 'anthropic');
  return (['system', 'messages', 'tools', 'aside'] as const).map((name) => ({
    name,
    agrees: sent ? sent.prints[name] === prints[name] : null,
  }));
}

const no = (code: RpcError['code'], message: string): Result => ({
  ok: false,
  error: { code, message },
});
