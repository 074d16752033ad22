import {
  type ComposedMessage,
  emptyMessage,
  signature,
  toolUseBlock,
  usageFields,
} from './composed-message.ts';

/** One server-sent event, and how many characters of content went before it. */
export interface StreamStep {
  event: string;
  data: Record<string, unknown>;
  /** -1 for what comes before any content, infinite for what comes after all of it. */
  at: number;
}

/**
 * The events of one message in the API's order. Deltas never span one of the `marks`, so that an
 * answer can be held or broken off exactly there.
 */
export function* messageSteps(
  message: ComposedMessage,
  chunkChars: number,
  marks: readonly number[],
): Generator<StreamStep> {
  yield step('message_start', { message: emptyMessage(message) }, -1);
  yield step('ping', {}, -1);
  let index = 0;
  if (message.hasThinking) yield* thinkingSteps(index++);
  if (message.text !== '') {
    yield blockStart(index, { type: 'text', text: '', citations: null }, 0);
    for (const { at, piece } of pieces(message.text, 0, chunkChars, marks)) {
      yield blockDelta(index, { type: 'text_delta', text: piece }, at);
    }
    yield blockStop(index++, message.text.length);
  }
  if (message.tool) {
    const offset = message.text.length;
    yield blockStart(index, toolUseBlock(message.tool), offset);
    for (const { at, piece } of pieces(message.tool.json, offset, chunkChars, marks)) {
      yield blockDelta(index, { type: 'input_json_delta', partial_json: piece }, at);
    }
    yield blockStop(index, offset + message.tool.json.length);
  }
  yield* endingSteps(message);
}

export function encodeEvent(event: string, data: Record<string, unknown>): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Thinking is billed but not shown: no text, only the signature. */
function* thinkingSteps(index: number): Generator<StreamStep> {
  yield blockStart(index, { type: 'thinking', thinking: '', signature: '' }, -1);
  yield blockDelta(index, { type: 'signature_delta', signature: signature() }, -1);
  yield blockStop(index, -1);
}

function* endingSteps(message: ComposedMessage): Generator<StreamStep> {
  // The 5m/1h split is in `message_start` only, as measured.
  const { cache_creation: _, ...usage } = usageFields(message.usage, message.thinkingTokens);
  const delta = {
    stop_reason: message.stopReason,
    stop_sequence: null,
    stop_details: message.stopDetails,
    container: null,
  };
  const end = Number.POSITIVE_INFINITY;
  yield step('message_delta', { delta, usage }, end);
  yield step('message_stop', {}, end);
}

function* pieces(
  content: string,
  offset: number,
  chunkChars: number,
  marks: readonly number[],
): Generator<{ at: number; piece: string }> {
  let from = 0;
  while (from < content.length) {
    const stops = marks.map((mark) => mark - offset).filter((mark) => mark > from);
    const to = Math.min(content.length, from + chunkChars, ...stops);
    yield { at: offset + from, piece: content.slice(from, to) };
    from = to;
  }
}

function step(event: string, data: Record<string, unknown>, at: number): StreamStep {
  return { event, data: { type: event, ...data }, at };
}

function blockStart(index: number, block: Record<string, unknown>, at: number): StreamStep {
  return step('content_block_start', { index, content_block: block }, at);
}

function blockDelta(index: number, delta: Record<string, unknown>, at: number): StreamStep {
  return step('content_block_delta', { index, delta }, at);
}

function blockStop(index: number, at: number): StreamStep {
  return step('content_block_stop', { index }, at);
}
