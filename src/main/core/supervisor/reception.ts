import type Anthropic from '@anthropic-ai/sdk';
import { noUsage, Usage } from '#shared/usage.ts';
import type { SupervisorProgress } from './supervisor.ts';
import type { ToolCall } from './verdict.ts';

/**
 * What has come of an answer so far. Relay keeps its own copy instead of the SDK's, which is gone
 * when the stream ends before its time.
 */
export interface Reception {
  /** As the server names it; undefined until it has said so. */
  readonly model: string | undefined;
  /** All text blocks, joined. */
  readonly text: string;
  /** Calls whose input arrived to the end. */
  readonly toolCalls: readonly ToolCall[];
  /** Everything that was said, as the API wants it back with the results of tools: thinking with its
   * signature unchanged, blank text left out. */
  readonly content: readonly Anthropic.ContentBlockParam[];
  /** undefined until the server has said so. */
  readonly usage: Usage | undefined;
  readonly stopReason: string | undefined;
  readonly refusalCategory: string | undefined;
  /** Whether `message_stop` came. Without it the answer is not whole, whatever else there is. */
  readonly isComplete: boolean;
  /** @returns what the owner may be shown of it */
  take(event: Anthropic.RawMessageStreamEvent): SupervisorProgress | undefined;
}

type Block = (
  | { kind: 'text'; text: string }
  | { kind: 'thinking'; thinking: string; signature: string }
  | { kind: 'redacted'; data: string }
  | { kind: 'tool'; id: string; name: string; json: string }
  /** New kinds may come at any time and say nothing that Relay needs. */
  | { kind: 'unknown' }
) & { isComplete: boolean };

/** @param cacheTtl whose price applies where the server does not split its cache writes */
export function createReception(cacheTtl: '5m' | '1h'): Reception {
  const blocks = new Map<number, Block>();
  let model: string | undefined;
  let usage: Usage | undefined;
  let stopReason: string | undefined;
  let refusalCategory: string | undefined;
  let hasEnding = false;
  let isComplete = false;

  function startBlock(index: number, block: Anthropic.RawContentBlockStartEvent['content_block']) {
    const isComplete = false;
    switch (block.type) {
      case 'text':
        blocks.set(index, { kind: 'text', text: words(block.text ?? ''), isComplete });
        return undefined;
      case 'tool_use': {
        const [id, name] = [words(block.id), words(block.name)];
        blocks.set(index, { kind: 'tool', id, name, json: '', isComplete });
        return undefined;
      }
      case 'thinking': {
        const { thinking = '', signature = '' } = block;
        blocks.set(index, { kind: 'thinking', thinking, signature, isComplete });
        return { kind: 'thinking' } as const;
      }
      case 'redacted_thinking':
        blocks.set(index, { kind: 'redacted', data: block.data, isComplete });
        return { kind: 'thinking' } as const;
      default:
        blocks.set(index, { kind: 'unknown', isComplete });
        return undefined;
    }
  }

  /** @throws where it never began: what goes missing of an answer must not go unnoticed */
  function blockAt(index: number): Block {
    const block = blocks.get(index);
    if (!block) throw new TypeError('there should be such a block');
    return block;
  }

  function addToBlock(index: number, delta: Anthropic.RawContentBlockDelta) {
    const block = blockAt(index);
    if (block.kind === 'text' && delta.type === 'text_delta') {
      block.text += words(delta.text);
      return { kind: 'text', delta: delta.text } as const;
    }
    if (block.kind === 'tool' && delta.type === 'input_json_delta') {
      block.json += words(delta.partial_json);
    }
    if (block.kind === 'thinking') {
      if (delta.type === 'thinking_delta') block.thinking += delta.thinking;
      if (delta.type === 'signature_delta') block.signature += delta.signature;
    }
    return undefined;
  }

  return {
    get model() {
      return model;
    },
    get text() {
      return [...blocks.values()]
        .map((block) => (block.kind === 'text' ? block.text : ''))
        .join('');
    },
    get toolCalls() {
      return [...blocks.values()].flatMap((block) =>
        block.kind === 'tool' && block.isComplete
          ? [{ id: block.id, name: block.name, input: parsedOrRaw(block.json) }]
          : [],
      );
    },
    get content() {
      return [...blocks].sort(([a], [b]) => a - b).flatMap(([, block]) => contentOf(block));
    },
    get usage() {
      return usage;
    },
    get stopReason() {
      return stopReason;
    },
    get refusalCategory() {
      return refusalCategory;
    },
    get isComplete() {
      return isComplete;
    },

    take(event) {
      // What has no type is no event.
      words(event.type);
      switch (event.type) {
        case 'message_start':
          // A gateway that asks a second time begins anew.
          blocks.clear();
          model = typeof event.message.model === 'string' ? event.message.model : undefined;
          usage = startUsage(event.message.usage, cacheTtl);
          return undefined;
        case 'content_block_start':
          return startBlock(event.index, event.content_block);
        case 'content_block_delta':
          return addToBlock(event.index, event.delta);
        case 'content_block_stop':
          blockAt(event.index).isComplete = true;
          return undefined;
        case 'message_delta':
          hasEnding = true;
          stopReason = event.delta.stop_reason ?? stopReason;
          refusalCategory = event.delta.stop_details?.category ?? undefined;
          usage = finalUsage(usage, event.usage, cacheTtl);
          return undefined;
        case 'message_stop':
          if (!hasEnding || [...blocks.values()].some((block) => !block.isComplete)) {
            throw new TypeError('it should have come to an end before');
          }
          isComplete = true;
          return undefined;
        default:
          // New kinds of event may come at any time and say nothing that Relay needs.
          return undefined;
      }
    },
  };
}

/** A gateway may send anything. @throws what makes the answer a garbled one */
function words(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('there should be text');
  return value;
}

/** undefined where there is none, or where it says what cannot be (some gateways: -1). */
function startUsage(
  usage: Anthropic.Usage | null | undefined,
  cacheTtl: '5m' | '1h',
): Usage | undefined {
  if (!usage) return undefined;
  const started: Usage = {
    input: usage.input_tokens,
    output: usage.output_tokens,
    cacheRead: usage.cache_read_input_tokens ?? 0,
    cacheWrite5m: usage.cache_creation?.ephemeral_5m_input_tokens ?? 0,
    cacheWrite1h: usage.cache_creation?.ephemeral_1h_input_tokens ?? 0,
  };
  return believable(withWrites(started, usage.cache_creation_input_tokens, cacheTtl));
}

/** The final counts replace the first ones; only the split of the writes came with the first. */
function finalUsage(
  started: Usage | undefined,
  final: Anthropic.MessageDeltaUsage | null | undefined,
  cacheTtl: '5m' | '1h',
): Usage | undefined {
  if (!final) return started;
  // What went in is half of it.
  if (!started && typeof final.input_tokens !== 'number') return undefined;
  const begun = started ?? noUsage;
  const counted: Usage = {
    ...begun,
    input: final.input_tokens ?? begun.input,
    output: final.output_tokens ?? begun.output,
    cacheRead: final.cache_read_input_tokens ?? begun.cacheRead,
  };
  return believable(withWrites(counted, final.cache_creation_input_tokens, cacheTtl));
}

/** More than any model reads and writes in one call, a hundred times over. */
const mostTokens = 100_000_000;

/** As it is, where it can be; what was used is unknown otherwise. */
function believable(usage: Usage): Usage | undefined {
  const isPossible = Object.values(usage).every((tokens) => tokens <= mostTokens);
  return isPossible && Usage.safeParse(usage).success ? usage : undefined;
}

/** Writes beyond the split, as a gateway reports them, have the life that was asked for. */
function withWrites(usage: Usage, total: number | null | undefined, cacheTtl: '5m' | '1h'): Usage {
  const unsplit = Math.max(0, (total ?? 0) - usage.cacheWrite5m - usage.cacheWrite1h);
  return cacheTtl === '1h'
    ? { ...usage, cacheWrite1h: usage.cacheWrite1h + unsplit }
    : { ...usage, cacheWrite5m: usage.cacheWrite5m + unsplit };
}

function contentOf(block: Block): Anthropic.ContentBlockParam[] {
  switch (block.kind) {
    case 'text':
      return block.text.trim() === '' ? [] : [{ type: 'text', text: block.text }];
    case 'thinking':
      return [{ type: 'thinking', thinking: block.thinking, signature: block.signature }];
    case 'redacted':
      return [{ type: 'redacted_thinking', data: block.data }];
    case 'tool': {
      const input = parsedOrRaw(block.json);
      const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
      // The API takes nothing but an object back; what really came is in the result's error.
      return [{ type: 'tool_use', id: block.id, name: block.name, input: isObject ? input : {} }];
    }
    case 'unknown':
      return [];
  }
}

function parsedOrRaw(json: string): unknown {
  try {
    return json === '' ? {} : JSON.parse(json);
  } catch {
    return json;
  }
}
