import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that `claude` itself sent to its model, reduced to what a test looks at. */
export interface ModelRequest {
  /** Claude Code's session id, from the request's metadata; empty where it sends none. */
  sessionId: string;
  /** The texts of the last user message, joined by a newline. */
  lastUserText: string;
  /** Every text of every message, in order, each with its role. */
  texts: { role: string; text: string }[];
  /** Whether tools were offered: the session's own turns have them, side errands have not. */
  hasTools: boolean;
  /** What came of the tools that it used in its last answer. */
  toolResults: { text: string; isError: boolean }[];
}

/** What the model answers: a text, the use of a tool, or an HTTP status that it fails with. */
export type ModelAnswer = string | { status: number } | { tool: string; input: object };

export interface SessionModel {
  baseUrl: string;
  requests: ModelRequest[];
  close(): Promise<void>;
}

/**
 * A Messages API on loopback for what Claude Code sessions call in tests: streams the text that
 * `answer` gives, or uses a tool. It has no limits and no costs; Relay's supervisor has its own double.
 */
export async function startSessionModel(options: {
  answer: (request: ModelRequest) => ModelAnswer | Promise<ModelAnswer>;
}): Promise<SessionModel> {
  const requests: ModelRequest[] = [];
  const server = createServer((incoming, response) => {
    void serve(incoming, response).catch(() => response.destroy());
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    if (!incoming.url?.startsWith('/v1/messages?')) return fail(response, 404);
    const request = reduce(body);
    requests.push(request);
    const answer = await options.answer(request);
    if (typeof answer !== 'string' && 'status' in answer) return fail(response, answer.status);
    stream(response, body.model, answer, requests.length);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server that listens has an AddressInfo; the string is for pipes.
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Block {
  type: string;
  text?: string;
  /** Of a tool_result. */
  content?: Content;
  is_error?: boolean;
}
type Content = string | Block[];

interface MessagesBody {
  model: string;
  messages: { role: string; content: Content }[];
  tools?: unknown[];
  metadata?: { user_id?: string };
}

async function readBody(incoming: IncomingMessage): Promise<MessagesBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  // The one client is the pinned `claude`, whose requests have this shape; a test notices if not.
  return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as MessagesBody;
}

function reduce(body: MessagesBody): ModelRequest {
  const texts = body.messages.flatMap(({ role, content }) =>
    textsOf(content).map((text) => ({ role, text })),
  );
  const lastUser = body.messages.findLast((message) => message.role === 'user');
  return {
    sessionId:
      /session_id\\*":\\*"([0-9a-f-]{36})|session_([0-9a-f-]{36})/
        .exec(body.metadata?.user_id ?? '')
        ?.slice(1)
        .find(Boolean) ?? '',
    lastUserText: lastUser ? textsOf(lastUser.content).join('\n') : '',
    texts,
    hasTools: (body.tools?.length ?? 0) > 0,
    toolResults: resultsOf(lastUser?.content ?? []),
  };
}

function textsOf(content: Content): string[] {
  if (typeof content === 'string') return [content];
  return content.flatMap((block) => (block.text === undefined ? [] : [block.text]));
}

function resultsOf(content: Content): ModelRequest['toolResults'] {
  if (typeof content === 'string') return [];
  return content
    .filter(({ type }) => type === 'tool_result')
    .map(({ content: result = '', is_error: isError = false }) => ({
      text: textsOf(result).join('\n'),
      isError,
    }));
}

function fail(response: ServerResponse, status: number): void {
  const type = status === 401 ? 'authentication_error' : 'api_error';
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ type: 'error', error: { type, message: `Scripted ${status}` } }));
}

function stream(
  response: ServerResponse,
  model: string,
  answer: string | { tool: string; input: object },
  count: number,
): void {
  const send = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const usage = { input_tokens: 10, output_tokens: 1 };
  const message = { id: `msg_${count}`, type: 'message', role: 'assistant', model, usage };
  send('message_start', {
    message: { ...message, content: [], stop_reason: null, stop_sequence: null },
  });
  const isText = typeof answer === 'string';
  const block = isText
    ? { type: 'text', text: '' }
    : { type: 'tool_use', id: `toolu_${count}`, name: answer.tool, input: {} };
  const words = isText
    ? { type: 'text_delta', text: answer }
    : { type: 'input_json_delta', partial_json: JSON.stringify(answer.input) };
  send('content_block_start', { index: 0, content_block: block });
  send('content_block_delta', { index: 0, delta: words });
  send('content_block_stop', { index: 0 });
  const delta = { stop_reason: isText ? 'end_turn' : 'tool_use', stop_sequence: null };
  send('message_delta', { delta, usage: { output_tokens: 5 } });
  send('message_stop', {});
  response.end();
}
