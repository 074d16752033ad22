import type { ConversationEntry } from './entry.ts';

/** UTF-8 bytes to a token where nothing better is known: what English prose comes to. */
export const bytesPerToken = 4;

/** What a text takes of a prompt, in both measures that are limited. */
export interface Size {
  tokens: number;
  /** UTF-16 units, as `length` counts them. */
  characters: number;
}

export function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

export function estimateTokens(text: string): number {
  return Math.ceil(utf8Bytes(text) / bytesPerToken);
}

export function sizeOf(text: string): Size {
  return { tokens: estimateTokens(text), characters: text.length };
}

export function addSizes(a: Size, b: Size): Size {
  return { tokens: a.tokens + b.tokens, characters: a.characters + b.characters };
}

export function subtractSizes(a: Size, b: Size): Size {
  return { tokens: a.tokens - b.tokens, characters: a.characters - b.characters };
}

/** Rounded down, so that shares of a limit never add up to more than the limit. */
export function scaleSize(size: Size, share: number): Size {
  return {
    tokens: Math.floor(size.tokens * share),
    characters: Math.floor(size.characters * share),
  };
}

export function largestOf(a: Size, b: Size): Size {
  return {
    tokens: Math.max(a.tokens, b.tokens),
    characters: Math.max(a.characters, b.characters),
  };
}

export function fits(size: Size, room: Size): boolean {
  return size.tokens <= room.tokens && size.characters <= room.characters;
}

/** How full a limit is, from 0, by the measure that is nearer to it. */
export function fullness(size: Size, limit: Size): number {
  return Math.max(size.tokens / limit.tokens, size.characters / limit.characters);
}

/**
 * Tokens of one byte of an entry's text: by its counted tokens, else the general estimate. Never
 * more than one, since a tokenizer's smallest piece is a byte (a short text's count holds a few
 * tokens of framing, which would mislead).
 */
export function tokensPerByte(entry: ConversationEntry): number {
  const bytes = utf8Bytes(entry.text);
  return entry.tokens > 0 && bytes > 0 ? Math.min(1, entry.tokens / bytes) : 1 / bytesPerToken;
}

/** Size of an entry as it is sent whole: what was counted, and what its frame adds by estimate. */
export function sizeOfEntry(entry: ConversationEntry, rendered: string): Size {
  if (entry.tokens === 0) return sizeOf(rendered);
  const addedBytes = Math.max(0, utf8Bytes(rendered) - utf8Bytes(entry.text));
  return {
    tokens: entry.tokens + Math.ceil(addedBytes / bytesPerToken),
    characters: rendered.length,
  };
}
