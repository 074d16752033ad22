import type Anthropic from '@anthropic-ai/sdk';
import type { SupervisorMessage, SupervisorRequest } from './supervisor.ts';
import { verdictToolChoice, verdictTools } from './verdict-tools.ts';

/** Stands for a message without a word: the API refuses blank text, and roles have to alternate. */
const blankMessage = '(no words)';

/** Answer 400 to `effort` (anthropic-facts.md 7.5). */
const modelsWithoutEffort = /^claude-(?:haiku|sonnet)-4-5(?:-\d{8})?$/;

/**
 * The request as the Messages API takes it. No `temperature` and the like, no prefill, no forced
 * tool, no blank text: all of them are errors. Breakpoints for the prompt cache at the end of the
 * standing instructions (which covers the tools before them), at the pinned message and at the last
 * one, all with one life, since a longer lived one may not follow a shorter lived one.
 */
export function messagesParams(request: SupervisorRequest): Anthropic.MessageCreateParamsStreaming {
  const cacheControl = { type: 'ephemeral' as const, ttl: request.cacheTtl };
  const marked = new Set([request.pinnedMessage, request.messages.length - 1]);
  const effort = modelsWithoutEffort.test(request.model) ? undefined : request.effort;
  return {
    model: request.model,
    max_tokens: request.maxTokens,
    stream: true,
    ...(request.system.trim() === ''
      ? {}
      : { system: [{ ...textBlock(request.system), cache_control: cacheControl }] }),
    messages: request.messages.map((message, index) =>
      messageParam(message, marked.has(index) ? { cache_control: cacheControl } : {}),
    ),
    ...(request.verdictTools ? { tools: verdictTools, tool_choice: verdictToolChoice } : {}),
    ...(effort ? { output_config: { effort } } : {}),
  };
}

function messageParam(
  { role, text }: SupervisorMessage,
  mark: { cache_control?: Anthropic.CacheControlEphemeral },
): Anthropic.MessageParam {
  return { role, content: [{ ...textBlock(text), ...mark }] };
}

function textBlock(text: string): Anthropic.TextBlockParam {
  // Half a surrogate pair is no valid JSON to the API; it costs the whole request.
  return { type: 'text', text: text.trim() === '' ? blankMessage : text.toWellFormed() };
}
