import { cutMiddle } from './cut-middle.ts';
import type { ConversationEntry, ConversationSummary } from './entry.ts';
import {
  bytesPerToken,
  fits,
  largestOf,
  type Size,
  scaleSize,
  sizeOf,
  sizeOfEntry,
  subtractSizes,
  tokensPerByte,
  utf8Bytes,
} from './estimate.ts';
import { limitSize, type ViewportLimits } from './limits.ts';
import {
  type FramedEntry,
  frameSummary,
  joinFrame,
  type MessagePart,
  partSeparator,
} from './render.ts';

/** A piece of a message with what it takes of the prompt, the separator after it included. */
export interface FittedPart extends MessagePart {
  size: Size;
}

/** Of either limit, what entries may take whatever the standing instructions leave. */
const leastEntriesShare = 0.25;

/** What the summary may take of a prompt. */
export function summaryRoom(limits: ViewportLimits): Size {
  return scaleSize(limitSize(limits), limits.summaryShare);
}

/**
 * What entries may take beside instructions of the given size and the largest summary. Where the
 * instructions leave too little the entries get a quarter of the limit all the same, and the prompt
 * may go over: better an answer to something than none.
 */
export function entriesRoom(limits: ViewportLimits, instructions: Size): Size {
  const limit = limitSize(limits);
  const left = subtractSizes(subtractSizes(limit, instructions), summaryRoom(limits));
  return largestOf(left, scaleSize(limit, leastEntriesShare));
}

/**
 * An entry whole where it fits into the room alone, else cut in the middle to `cutShare` of it, so
 * that something of what came before still fits beside it. A tool call and its response share the
 * room, half each. The same entry, room and share give the same bytes.
 */
export function fitEntry(
  entry: ConversationEntry,
  frame: FramedEntry,
  room: Size,
  cutShare: number,
): FittedPart {
  const isTool = entry.type === 'tool_call' || entry.type === 'tool_response';
  const ownRoom = isTool ? scaleSize(room, 0.5) : room;
  const whole = joinFrame(frame);
  const size = withSeparator(sizeOfEntry(entry, whole));
  if (fits(size, ownRoom)) return { role: frame.role, text: whole, size };
  return cutToRoom(frame, scaleSize(ownRoom, cutShare), tokensPerByte(entry));
}

/** The summary as the first piece of a prompt, cut where it takes more than its share. */
export function fitSummary(summary: ConversationSummary, limits: ViewportLimits): FittedPart {
  return fitFrame(frameSummary(summary), summaryRoom(limits));
}

/** A piece of Relay's own, estimated only. */
export function fitFrame(frame: FramedEntry, room: Size): FittedPart {
  const text = joinFrame(frame);
  const size = withSeparator(sizeOf(text));
  if (fits(size, room)) return { role: frame.role, text, size };
  return cutToRoom(frame, room, 1 / bytesPerToken);
}

function cutToRoom(frame: FramedEntry, room: Size, density: number): FittedPart {
  const aroundBytes = utf8Bytes(frame.open + frame.close) + partSeparator.length;
  const aroundTokens = Math.ceil(aroundBytes / bytesPerToken);
  const aroundCharacters = frame.open.length + frame.close.length + partSeparator.length;
  const body = cutMiddle(frame.body, {
    characters: room.characters - aroundCharacters,
    bytes: Math.floor((room.tokens - aroundTokens) / density),
  });
  return {
    role: frame.role,
    text: frame.open + body + frame.close,
    size: {
      tokens: aroundTokens + Math.ceil(utf8Bytes(body) * density),
      characters: aroundCharacters + body.length,
    },
  };
}

function withSeparator(size: Size): Size {
  return { tokens: size.tokens + 1, characters: size.characters + partSeparator.length };
}
