import type Anthropic from '@anthropic-ai/sdk';
import type {
  SupervisorMessage,
  SupervisorRequest,
  ToolDefinition,
  TurnRound,
} from './supervisor.ts';
import { verdictToolChoice, verdictTools } from './verdict-tools.ts';

/** Stands for a message without a word: the API refuses blank text, and roles have to alternate. */
const blankMessage = '(no words)';

/** The same for the output of a tool that had none. */
const emptyOutput = '(no output)';

/** Answer 400 to `effort` (anthropic-facts.md 7.5). */
const modelsWithoutEffort = /^claude-(?:haiku|sonnet)-4-5(?:-\d{8})?$/;

/**
 * The request as the Messages API takes it. No `temperature` and the like, no prefill, no forced
 * tool, no blank text: all of them are errors. Breakpoints for the prompt cache at the end of the
 * standing instructions (which covers the tools before them), at the pinned message, at the last one
 * and at the last round of the turn, all with one life, since a longer lived one may not follow a
 * shorter lived one. Four is as many as there may be.
 */
export function messagesParams(request: SupervisorRequest): Anthropic.MessageCreateParamsStreaming {
  const cacheControl = { type: 'ephemeral' as const, ttl: request.cacheTtl };
  const marked = new Set([request.pinnedMessage, request.messages.length - 1]);
  const turn = request.turn ?? [];
  const tools = [
    ...(request.verdictTools ? verdictTools : []),
    ...(request.tools ?? []).map(toolParam),
  ];
  const effort = modelsWithoutEffort.test(request.model) ? undefined : request.effort;
  return {
    model: request.model,
    max_tokens: request.maxTokens,
    stream: true,
    ...(request.system.trim() === ''
      ? {}
      : { system: [{ ...textBlock(request.system), cache_control: cacheControl }] }),
    messages: [
      ...request.messages.map((message, index) =>
        messageParam(
          message,
          marked.has(index) ? { cache_control: cacheControl } : {},
          index === request.messages.length - 1 ? request.aside : undefined,
        ),
      ),
      ...turn.flatMap((round, index) =>
        roundParams(round, index === turn.length - 1 ? { cache_control: cacheControl } : {}),
      ),
    ],
    ...(tools.length > 0 ? { tools, tool_choice: verdictToolChoice } : {}),
    ...(effort ? { output_config: { effort } } : {}),
  };
}

interface CacheMark {
  cache_control?: Anthropic.CacheControlEphemeral;
}

function toolParam({ name, description, inputSchema }: ToolDefinition): Anthropic.Tool {
  // It is made from a schema of an object (tools/registry.ts).
  return { name, description, input_schema: inputSchema as Anthropic.Tool.InputSchema };
}

/** What was asked for, word for word as it came, and all results in the message right after it. */
function roundParams(round: TurnRound, mark: CacheMark): Anthropic.MessageParam[] {
  const blocks: Anthropic.ContentBlockParam[] = [
    ...round.results.map(({ toolUseId, output, isError }) => ({
      type: 'tool_result' as const,
      tool_use_id: toolUseId,
      content: [textBlock(output === '' ? emptyOutput : output)],
      ...(isError ? { is_error: true } : {}),
    })),
    ...round.words.map(textBlock),
  ];
  const last = blocks.pop();
  // Only this provider's own reception makes it.
  const assistant = round.assistant as Anthropic.ContentBlockParam[];
  return [
    { role: 'assistant', content: assistant },
    { role: 'user', content: last ? [...blocks, { ...last, ...mark }] : [] },
  ];
}

function messageParam(
  { role, text }: SupervisorMessage,
  mark: CacheMark,
  aside: string | undefined,
): Anthropic.MessageParam {
  const blocks = aside === undefined ? [] : [textBlock(aside)];
  return { role, content: [{ ...textBlock(text), ...mark }, ...blocks] };
}

function textBlock(text: string): Anthropic.TextBlockParam {
  // Half a surrogate pair is no valid JSON to the API; it costs the whole request.
  return { type: 'text', text: text.trim() === '' ? blankMessage : text.toWellFormed() };
}
