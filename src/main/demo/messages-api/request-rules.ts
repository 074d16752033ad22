import { z } from 'zod';
import type { ServedModel } from './models.ts';

const CacheControl = z.strictObject({
  type: z.literal('ephemeral'),
  ttl: z.enum(['5m', '1h']).optional(),
});

const TextBlock = z.looseObject({
  type: z.literal('text'),
  text: z.string(),
  cache_control: CacheControl.nullish(),
});

const ToolUseBlock = z.looseObject({
  type: z.literal('tool_use'),
  id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
  cache_control: CacheControl.nullish(),
});

const ToolResultBlock = z.looseObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z.unknown().optional(),
  cache_control: CacheControl.nullish(),
});

/** Images, documents, thinking and whatever else Relay never sends are let through unread. */
const OtherBlock = z.looseObject({
  type: z.string().refine((type) => !['text', 'tool_use', 'tool_result'].includes(type)),
  cache_control: CacheControl.nullish(),
});

const ContentBlock = z.union([TextBlock, ToolUseBlock, ToolResultBlock, OtherBlock]);
export type ContentBlock = z.infer<typeof ContentBlock>;

const Message = z.strictObject({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.union([z.string(), z.array(ContentBlock)]),
});
export type Message = z.infer<typeof Message>;

const Tool = z.looseObject({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
  input_schema: z.looseObject({ type: z.literal('object') }).optional(),
  strict: z.boolean().optional(),
  cache_control: CacheControl.nullish(),
});

const effort = z.enum(['low', 'medium', 'high', 'xhigh', 'max']);

const shared = {
  model: z.string().min(1),
  messages: z.array(Message),
  system: z.union([z.string(), z.array(TextBlock)]).optional(),
  tools: z.array(Tool).optional(),
  tool_choice: z.looseObject({ type: z.enum(['auto', 'any', 'tool', 'none']) }).optional(),
  thinking: z
    .looseObject({ type: z.enum(['adaptive', 'disabled', 'enabled', 'between_tools']) })
    .optional(),
  output_config: z.looseObject({ effort: effort.nullish() }).optional(),
  cache_control: CacheControl.nullish(),
  speed: z.enum(['standard', 'fast']).nullish(),
};

const created = {
  ...shared,
  max_tokens: z.number().int().nonnegative(),
  stream: z.boolean().optional(),
  stop_sequences: z.array(z.string()).optional(),
  metadata: z.looseObject({}).optional(),
  service_tier: z.enum(['auto', 'standard_only']).optional(),
  container: z.unknown().optional(),
  diagnostics: z.unknown().optional(),
  inference_geo: z.string().nullish(),
};

/** Version 2026-10-21 knows no `temperature`, `top_p` or `top_k`: they are extra inputs. */
const CreateRequest = z.strictObject(created);
const CountRequest = z.strictObject(shared);
/** With an `anthropic-beta` header, fields may exist that are not written down here. */
const BetaCreateRequest = z.looseObject({
  ...created,
  messages: z.array(z.looseObject(Message.shape)),
  temperature: z.never().optional(),
  top_p: z.never().optional(),
  top_k: z.never().optional(),
});

export type MessagesRequest = z.infer<typeof CreateRequest>;
export type CountTokensRequest = z.infer<typeof CountRequest>;

export type Ruling<T> = { ok: true; body: T } | { ok: false; message: string };

/**
 * Judges a body as the API does, in its words where they are known
 * (anthropic-facts.md 2.7, 3, 7.3, 7.5; reports of the 400s in public issues).
 */
export function judgeMessagesRequest(body: unknown, beta: boolean): Ruling<MessagesRequest> {
  const parsed = (beta ? BetaCreateRequest : CreateRequest).safeParse(body);
  return parsed.success ? judgeContent(parsed.data) : { ok: false, message: words(parsed.error) };
}

export function judgeCountTokensRequest(body: unknown): Ruling<CountTokensRequest> {
  const parsed = CountRequest.safeParse(body);
  return parsed.success ? judgeContent(parsed.data) : { ok: false, message: words(parsed.error) };
}

/** What depends on the model; asked after the model is known to exist. */
export function judgeForModel(body: MessagesRequest, model: ServedModel): string | undefined {
  if (body.max_tokens > model.maxOutputTokens) {
    return `max_tokens: ${body.max_tokens} > ${model.maxOutputTokens}, which is the maximum allowed number of output tokens for ${model.id}`;
  }
  if (model.refusesPrefill && body.messages.at(-1)?.role === 'assistant') {
    return 'This model does not support assistant message prefill. The conversation must end with a user message.';
  }
  const forced = body.tool_choice?.type === 'any' || body.tool_choice?.type === 'tool';
  if (forced && model.thinks) {
    return 'Thinking may not be enabled when tool_choice forces tool use.';
  }
  if (body.output_config?.effort && !model.takesEffort) {
    return 'This model does not support the effort parameter.';
  }
  if (model.thinks && body.thinking?.type === 'enabled') {
    return `"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`;
  }
  return undefined;
}

/** The first fault in the API's manner: `path: words`. */
function words(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return 'Invalid request';
  if (issue.code === 'unrecognized_keys') {
    return `${[...issue.path, issue.keys[0]].join('.')}: Extra inputs are not permitted`;
  }
  const path = issue.path.join('.');
  if (issue.code === 'invalid_type' && issue.expected === 'never') {
    return `${path}: Extra inputs are not permitted`;
  }
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return `${path}: Field required`;
  }
  return `${path}: ${issue.message}`;
}

function judgeContent<T extends CountTokensRequest>(body: T): Ruling<T> {
  const message =
    judgeMessages(body.messages) ??
    judgeToolPairs(body.messages) ??
    judgeTools(body) ??
    judgeCacheControl(body);
  return message === undefined ? { ok: true, body } : { ok: false, message };
}

function judgeMessages(messages: readonly Message[]): string | undefined {
  if (messages.length === 0) return 'messages: at least one message is required';
  if (messages[0]?.role !== 'user') return 'messages: first message must use the "user" role';
  for (const [index, message] of messages.entries()) {
    const blocks = blocksOf(message);
    const isLast = index === messages.length - 1;
    const isEmpty = blocks.length === 0 || message.content === '';
    if (isEmpty && !(isLast && message.role === 'assistant')) {
      return `messages.${index}: all messages must have non-empty content except for the optional final assistant message`;
    }
    for (const block of blocks) {
      if (!isText(block)) continue;
      if (block.text === '') return 'messages: text content blocks must be non-empty';
      if (block.text.trim() === '') {
        return 'messages: text content blocks must contain non-whitespace text';
      }
    }
  }
  return undefined;
}

/** Every `tool_use` is answered by the very next message, and nothing else is answered. */
function judgeToolPairs(messages: readonly Message[]): string | undefined {
  for (const [index, message] of messages.entries()) {
    const asked = blocksOf(message).filter(isToolUse);
    const answered = idsAnswered(messages[index + 1]);
    const dangling = asked.filter((block) => !answered.includes(block.id)).map(({ id }) => id);
    if (dangling.length > 0) {
      return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${dangling.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
    }
    const before = messages[index - 1];
    const asking = before ? blocksOf(before).filter(isToolUse) : [];
    const stray = idsAnswered(message).find((id) => !asking.some((block) => block.id === id));
    if (stray !== undefined) {
      return `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`;
    }
  }
  return undefined;
}

function judgeTools(body: CountTokensRequest): string | undefined {
  const names = (body.tools ?? []).map(({ name }) => name);
  if (new Set(names).size < names.length) return 'tools: Tool names must be unique.';
  if (body.tool_choice && names.length === 0) {
    return 'tool_choice may only be specified while providing `tools`.';
  }
  for (const [index, tool] of (body.tools ?? []).entries()) {
    const closed = tool.input_schema?.additionalProperties === false;
    if (tool.strict && tool.input_schema && !closed) {
      return `tools.${index}.custom: For 'object' type, 'additionalProperties' must be explicitly set to false`;
    }
  }
  return undefined;
}

function judgeCacheControl(body: CountTokensRequest): string | undefined {
  const marked = promptBlocks(body).filter(({ ttl }) => ttl !== undefined);
  const count = marked.length + (body.cache_control ? 1 : 0);
  if (count > 4) {
    return `A maximum of 4 blocks with cache_control may be provided. Found ${count}.`;
  }
  const firstShort = marked.findIndex(({ ttl }) => ttl === '5m');
  const late =
    firstShort < 0 ? undefined : marked.slice(firstShort).find(({ ttl }) => ttl === '1h');
  if (late) {
    return `${late.path}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: \`tools\`, \`system\`, \`messages\`.`;
  }
  const thinking = marked.find(({ type }) => type === 'thinking' || type === 'redacted_thinking');
  return thinking && `${thinking.path}.cache_control: Extra inputs are not permitted`;
}

/** One block of the prompt, in the order in which the cache hashes them. */
export interface PromptBlock {
  part: 'tools' | 'system' | 'messages';
  path: string;
  type: string;
  role?: Message['role'];
  /** What is hashed and counted: everything but the mark. */
  content: unknown;
  ttl: '5m' | '1h' | undefined;
}

/** The whole prompt as blocks: tools, then system, then messages. */
export function promptBlocks(body: CountTokensRequest): PromptBlock[] {
  const system = typeof body.system === 'string' ? [textBlock(body.system)] : (body.system ?? []);
  return [
    ...(body.tools ?? []).map((tool, index) => promptBlock('tools', `tools.${index}`, tool)),
    ...system.map((block, index) => promptBlock('system', `system.${index}`, block)),
    ...body.messages.flatMap((message, index) =>
      blocksOf(message).map((block, blockIndex) => ({
        ...promptBlock('messages', `messages.${index}.content.${blockIndex}`, block),
        role: message.role,
      })),
    ),
  ];
}

function promptBlock(
  part: PromptBlock['part'],
  path: string,
  block: { type?: unknown; cache_control?: z.infer<typeof CacheControl> | null | undefined },
): PromptBlock {
  const { cache_control: mark, ...content } = block;
  const type = typeof block.type === 'string' ? block.type : 'tool';
  return { part, path, type, content, ttl: mark ? (mark.ttl ?? '5m') : undefined };
}

export function blocksOf(message: Message): ContentBlock[] {
  if (typeof message.content !== 'string') return message.content;
  return message.content === '' ? [] : [textBlock(message.content)];
}

function textBlock(text: string): z.infer<typeof TextBlock> {
  return { type: 'text', text };
}

export function isText(block: ContentBlock): block is z.infer<typeof TextBlock> {
  return block.type === 'text';
}

function isToolUse(block: ContentBlock): block is z.infer<typeof ToolUseBlock> {
  return block.type === 'tool_use';
}

function isToolResult(block: ContentBlock): block is z.infer<typeof ToolResultBlock> {
  return block.type === 'tool_result';
}

function idsAnswered(message: Message | undefined): string[] {
  if (message?.role !== 'user') return [];
  return blocksOf(message)
    .filter(isToolResult)
    .map((block) => block.tool_use_id);
}
