import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** One call as the far end saw it; times by `performance.now()` of this process. */
export interface SeenCall {
  /** Its headers had arrived. */
  arrivedAt: number;
  /** The last piece of the answer was handed to the socket. */
  endedAt: number;
}

export interface LeanApi {
  url: string;
  /** Settles with the next call once it has been answered. */
  nextCall(): Promise<SeenCall>;
  /** While set, answers stop before their last piece. */
  gate: Promise<unknown> | undefined;
  /** Settles when the next call has arrived. */
  nextArrival(): Promise<void>;
  close(): void;
}

/** Words of an answer of middling length, in pieces as the API sends them. */
const words = 'Run the parser tests again, and show me the last twenty lines. '.repeat(4);
const pieceChars = 24;

/**
 * The Messages API with nothing in it that takes time: the double of the tests counts tokens and
 * checks every rule, which would be measured along.
 * @param restMs before the last piece, so that those before it have left and it alone is timed; real
 *   answers take far longer
 */
export async function startLeanApi({ restMs = 30 } = {}): Promise<LeanApi> {
  const waiting: ((call: SeenCall) => void)[] = [];
  const arrivals: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    const arrivedAt = performance.now();
    for (const arrived of arrivals.splice(0)) arrived();
    request.resume();
    if (request.url !== '/v1/messages') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"input_tokens":12}');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'req_bench' });
    for (const piece of beginning()) response.write(piece);
    await api.gate;
    if (restMs > 0) await delay(restMs);
    const endedAt = performance.now();
    response.end(ending);
    waiting.shift()?.({ arrivedAt, endedAt });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server on TCP has an address of this kind; only sockets have a string.
  const { port } = server.address() as AddressInfo;
  const api: LeanApi = {
    url: `http://127.0.0.1:${port}`,
    nextCall: () => new Promise((resolve) => waiting.push(resolve)),
    nextArrival: () => new Promise((resolve) => arrivals.push(resolve)),
    gate: undefined,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return api;
}

const event = (type: string, data: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

const usage = {
  input_tokens: 12,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 2900,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: 60,
};

function* beginning(): Generator<string> {
  const message = { id: 'msg_bench', type: 'message', role: 'assistant', content: [], usage };
  yield event('message_start', { message: { ...message, model: 'claude-sonnet-5-5' } });
  yield event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
  for (let at = 0; at < words.length; at += pieceChars) {
    const text = words.slice(at, at + pieceChars);
    yield event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
  }
}

const ending = [
  event('content_block_stop', { index: 0 }),
  event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage }),
  event('message_stop', {}),
].join('');
