import { createHash } from 'node:crypto';
import type { Usage } from '#shared/usage.ts';
import { approximateTokens, type ServedModel } from './models.ts';
import { type CountTokensRequest, type PromptBlock, promptBlocks } from './request-rules.ts';

/** Blocks that a breakpoint looks back over for an earlier write, itself included. */
const lookback = 20;
/** What the API adds to the prompt so that a model can use tools. */
const toolPreambleTokens = 290;
/** Role and delimiters of one message. */
const messageOverheadTokens = 4;
const ttlMs = { '5m': 5 * 60_000, '1h': 60 * 60_000 };

/** Input side of one call; `output` is left at 0. */
export interface PromptCharge {
  usage: Usage;
  /** Makes the writes readable: called when the response begins, as the API does. */
  commit(): void;
}

export interface PromptCache {
  charge(body: CountTokensRequest, model: ServedModel): PromptCharge;
}

interface Entry {
  ttl: '5m' | '1h';
  expiresAt: number;
}

interface MeasuredBlock extends PromptBlock {
  /** Of the prompt up to and including this block. */
  hash: string;
  tokens: number;
}

/**
 * The prompt cache by its documented rules: written only at breakpoints, read by the longest
 * prefix that was written before, nothing below the model's minimum, lives of five minutes or an
 * hour that each read renews, counted from the start of the request.
 */
export function createPromptCache(now: () => number): PromptCache {
  const entries = new Map<string, Entry>();

  function isLive(block: MeasuredBlock, at: number): boolean {
    const entry = entries.get(block.hash);
    return entry !== undefined && entry.expiresAt > at;
  }

  function longestRead(blocks: readonly MeasuredBlock[], marks: readonly number[], at: number) {
    for (const mark of marks.toReversed()) {
      for (let index = mark; index >= 0 && index > mark - lookback; index -= 1) {
        const block = blocks[index];
        if (block && isLive(block, at)) return block;
      }
    }
    return undefined;
  }

  return {
    charge(body, model) {
      const startedAt = now();
      const blocks = measure(body, model);
      const marks = markedIndexes(body, blocks);
      const read = longestRead(blocks, marks, startedAt);
      const written = marks
        .flatMap((index) => blocks[index] ?? [])
        .filter(
          ({ tokens }) => tokens >= model.minimumCachedTokens && tokens > (read?.tokens ?? 0),
        );
      const usage = split(blocks.at(-1)?.tokens ?? 0, read?.tokens ?? 0, written, body);
      return {
        usage,
        commit() {
          const seen = read ? entries.get(read.hash) : undefined;
          if (seen) seen.expiresAt = startedAt + ttlMs[seen.ttl];
          for (const block of written) {
            const ttl = ttlOf(block, body);
            entries.set(block.hash, { ttl, expiresAt: startedAt + ttlMs[ttl] });
          }
        },
      };
    },
  };
}

/** All input tokens of a prompt, cached or not. */
export function countTokens(body: CountTokensRequest, model: ServedModel): number {
  return measure(body, model).at(-1)?.tokens ?? 0;
}

/** Read up to A, written for an hour up to B, for five minutes up to C, the rest is plain input. */
function split(
  total: number,
  read: number,
  written: readonly MeasuredBlock[],
  body: CountTokensRequest,
): Usage {
  const lastHour = written.findLast((block) => ttlOf(block, body) === '1h')?.tokens ?? read;
  const last = Math.max(lastHour, written.at(-1)?.tokens ?? read);
  return {
    input: total - last,
    output: 0,
    cacheRead: read,
    cacheWrite5m: last - lastHour,
    cacheWrite1h: lastHour - read,
  };
}

/** Explicit marks, and the last block where the request asks for automatic caching. */
function markedIndexes(body: CountTokensRequest, blocks: readonly MeasuredBlock[]): number[] {
  return blocks.flatMap((block, index) => {
    const isAutomatic = body.cache_control && index === blocks.length - 1;
    return block.ttl !== undefined || isAutomatic ? [index] : [];
  });
}

function ttlOf(block: MeasuredBlock, body: CountTokensRequest): '5m' | '1h' {
  return block.ttl ?? body.cache_control?.ttl ?? '5m';
}

/** The chain of prefix hashes; a change anywhere changes everything after it. */
function measure(body: CountTokensRequest, model: ServedModel): MeasuredBlock[] {
  // What invalidates the messages though it stands outside of them.
  const messageSalt = JSON.stringify([body.tool_choice, body.thinking, body.output_config]);
  let hash = createHash('sha256').update(model.id).digest('hex');
  let tokens = body.tools?.length ? toolPreambleTokens : 0;
  let part: PromptBlock['part'] | undefined;
  return promptBlocks(body).map((block) => {
    const salt = part !== block.part && block.part === 'messages' ? messageSalt : '';
    part = block.part;
    const text = JSON.stringify([salt, block.part, block.role, block.content]);
    hash = createHash('sha256').update(hash).update(text).digest('hex');
    tokens += tokensOf(block, model);
    return { ...block, hash, tokens };
  });
}

function tokensOf(block: PromptBlock, model: ServedModel): number {
  const { content } = block;
  const hasText = typeof content === 'object' && content !== null && 'text' in content;
  const text = hasText && typeof content.text === 'string' ? content.text : JSON.stringify(content);
  const overhead = block.part === 'messages' ? messageOverheadTokens : 0;
  return approximateTokens(text, model) + overhead;
}
