import { randomBytes } from 'node:crypto';
import type { Usage } from '#shared/usage.ts';
import type { MessageAnswer } from './answer.ts';
import { approximateTokens, type ServedModel } from './models.ts';
import type { MessagesRequest } from './request-rules.ts';

/** An answer worked out to the last token, ready to be streamed or sent whole. */
export interface ComposedMessage {
  id: string;
  model: string;
  hasThinking: boolean;
  text: string;
  tool: { id: string; name: string; json: string } | undefined;
  stopReason: string;
  stopDetails: Record<string, unknown> | null;
  usage: Usage;
  thinkingTokens: number;
}

const defaultText = 'Run the tests once more and show me the last twenty lines of their output.';
const defaultThinkingTokens = 40;

/** @param input the prompt's charge; `output` is filled in here. */
export function composeMessage(
  answer: MessageAnswer,
  request: MessagesRequest,
  model: ServedModel,
  input: Usage,
): ComposedMessage {
  const isSilent = answer.tool !== undefined || answer.refusal !== undefined;
  const wanted = answer.text ?? (isSilent ? '' : defaultText);
  const thinkingTokens = answer.thinkingTokens ?? (model.thinks ? defaultThinkingTokens : 0);
  const json = answer.toolJson ?? (answer.tool === undefined ? '' : JSON.stringify(answer.input));
  const room = Math.max(0, request.max_tokens - thinkingTokens) * model.charsPerToken;
  const isCut = answer.maxTokens === true || wanted.length + json.length > room;
  const { text, toolJson } = isCut
    ? cutShort(wanted, json, room)
    : { text: wanted, toolJson: json };
  const hasTool = answer.tool !== undefined && (!isCut || toolJson !== '');
  return {
    id: `msg_${randomBytes(12).toString('hex')}`,
    model: model.id,
    hasThinking: thinkingTokens > 0,
    text,
    tool: hasTool
      ? { id: `toolu_${randomBytes(12).toString('hex')}`, name: answer.tool ?? '', json: toolJson }
      : undefined,
    stopReason: stopReasonOf(answer, isCut),
    stopDetails: answer.refusal
      ? {
          type: 'refusal',
          category: answer.refusal.category,
          explanation: answer.refusal.explanation ?? null,
        }
      : null,
    usage: { ...input, output: thinkingTokens + approximateTokens(text + toolJson, model) },
    thinkingTokens,
  };
}

/** As `usage` of `message_start` and of a whole message. */
export function usageFields(usage: Usage, thinkingTokens: number): Record<string, unknown> {
  return {
    input_tokens: usage.input,
    cache_creation_input_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWrite5m,
      ephemeral_1h_input_tokens: usage.cacheWrite1h,
    },
    output_tokens: usage.output,
    output_tokens_details: { thinking_tokens: thinkingTokens },
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: 'global',
    speed: 'standard',
  };
}

/** The answer to a request that did not ask for a stream. */
export function wholeMessage(message: ComposedMessage): Record<string, unknown> {
  const { tool } = message;
  const thinking = { type: 'thinking', thinking: '', signature: signature() };
  return {
    ...emptyMessage(message),
    content: [
      ...(message.hasThinking ? [thinking] : []),
      ...(message.text === '' ? [] : [{ type: 'text', text: message.text, citations: null }]),
      ...(tool ? [{ ...toolUseBlock(tool), input: parsedOrEmpty(tool.json) }] : []),
    ],
    stop_reason: message.stopReason,
    stop_details: message.stopDetails,
    usage: usageFields(message.usage, message.thinkingTokens),
  };
}

/** What `message_start` carries: everything is known but what comes out. */
export function emptyMessage(message: ComposedMessage): Record<string, unknown> {
  return {
    id: message.id,
    type: 'message',
    role: 'assistant',
    model: message.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: usageFields({ ...message.usage, output: 1 }, 0),
  };
}

export function toolUseBlock(tool: { id: string; name: string }): Record<string, unknown> {
  const { id, name } = tool;
  return { type: 'tool_use', id, name, input: {}, caller: { type: 'direct' } };
}

/** Opaque to everyone but the API. */
export function signature(): string {
  return randomBytes(48).toString('base64');
}

/** Half of what there is, or less where `max_tokens` has no room for it; never at a clean end. */
function cutShort(text: string, json: string, room: number): { text: string; toolJson: string } {
  const all = text.length + json.length;
  const kept = Math.floor(Math.min(room, json === '' ? all / 2 : text.length + json.length / 2));
  return {
    text: text.slice(0, kept),
    toolJson: json.slice(0, Math.max(0, kept - text.length)),
  };
}

function stopReasonOf(answer: MessageAnswer, isCut: boolean): string {
  if (answer.refusal) return 'refusal';
  if (answer.contextExceeded) return 'model_context_window_exceeded';
  if (isCut) return 'max_tokens';
  return answer.tool === undefined ? 'end_turn' : 'tool_use';
}

function parsedOrEmpty(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
