import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Chance } from '../chance.ts';

/** The Messages API with nothing in it that takes time; it says back the ticket it was asked about. */
export interface FastApi {
  url: string;
  /** Calls by what they were answered with. */
  readonly answered: Record<Answer, number>;
  close(): void;
}

type Answer = 'reply' | 'finish' | 'escalate' | 'overloaded' | 'broken';

/** Of a hundred thousand: enough of each that what it leaves behind would show. */
const shares: readonly (readonly [Answer, number])[] = [
  ['overloaded', 0.004],
  ['broken', 0.002],
  ['escalate', 0.003],
  ['finish', 0.01],
];

export async function startFastApi(chance: Chance): Promise<FastApi> {
  const answered = { reply: 0, finish: 0, escalate: 0, overloaded: 0, broken: 0 };
  const server = createServer((request, response) => {
    void respond(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const tokens = Math.ceil(body.length / 4);
    if (request.url !== '/v1/messages') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ input_tokens: tokens }));
      return;
    }
    const answer = choose(body);
    answered[answer] += 1;
    if (answer === 'overloaded') return fail(response, 529, 'overloaded_error', 'Overloaded');
    response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'req_soak' });
    const pieces = [...messageOf(answer, ticketIn(body), tokens)];
    if (answer === 'broken') {
      response.write(pieces.slice(0, 2).join(''));
      response.destroy();
    } else response.end(pieces.join(''));
  }

  function choose(body: string): Answer {
    // What the owner has just said is not asked again.
    const mayAsk = !body.slice(-2000).includes('As you like.');
    for (const [answer, share] of shares) {
      if (chance.happens(share) && (answer !== 'escalate' || mayAsk)) return answer;
    }
    return 'reply';
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server on TCP has an address of this kind; only sockets have a string.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    answered,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8');
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

/** The last one named: that of the word it is asked about. */
function ticketIn(body: string): string {
  const at = body.lastIndexOf('ticket ');
  return /^[\w-]+/.exec(body.slice(at + 'ticket '.length))?.[0] ?? 'none';
}

function fail(response: ServerResponse, status: number, type: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ type: 'error', error: { type, message } }));
}

const event = (type: string, data: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

function* messageOf(answer: Answer, ticket: string, inputTokens: number): Generator<string> {
  const usage = {
    input_tokens: 12,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: Math.max(0, inputTokens - 12),
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    output_tokens: 20,
  };
  const message = { id: 'msg_soak', type: 'message', role: 'assistant', content: [], usage };
  yield event('message_start', { message: { ...message, model: 'claude-sonnet-5-5' } });
  if (answer === 'finish') {
    const block = { type: 'tool_use', id: `toolu_${ticket}`, name: 'finish', input: {} };
    yield event('content_block_start', { index: 0, content_block: block });
    const json = JSON.stringify({ reason: `Done, ticket ${ticket}.` });
    const delta = { type: 'input_json_delta', partial_json: json };
    yield event('content_block_delta', { index: 0, delta });
  } else {
    yield event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
    const text =
      answer === 'escalate'
        ? `[NEEDS-JC] Shall ticket ${ticket} go on?`
        : `Run the parser tests again and show me the last twenty lines, ticket ${ticket}`;
    yield event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
  }
  yield event('content_block_stop', { index: 0 });
  const stop = answer === 'finish' ? 'tool_use' : 'end_turn';
  const delta = { stop_reason: stop, stop_sequence: null };
  yield event('message_delta', { delta, usage });
  yield event('message_stop', {});
}
