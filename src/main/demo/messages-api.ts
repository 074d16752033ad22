import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer } from './messages-api/answer.ts';
import { type ApiFault, faultOf, requestId, sendFault } from './messages-api/fault-response.ts';
import { modelInfo, type ServedModel, servedModels } from './messages-api/models.ts';
import { countTokens, createPromptCache } from './messages-api/prompt-cache.ts';
import {
  createRequestLog,
  type MessagesCall,
  maskedHeaders,
  type ReceivedRequest,
} from './messages-api/request-log.ts';
import {
  blocksOf,
  isText,
  judgeCountTokensRequest,
  judgeForModel,
  judgeMessagesRequest,
  type MessagesRequest,
} from './messages-api/request-rules.ts';
import { sendMessage } from './messages-api/send-message.ts';

export type { Answer } from './messages-api/answer.ts';
export type { MessagesCall, ReceivedRequest } from './messages-api/request-log.ts';

export interface MessagesApiOptions {
  /** Decides each answer. `callNumber` counts, from 1, the calls that got as far as a script. */
  script: (call: MessagesCall, callNumber: number) => Answer | Promise<Answer>;
  /** The one key that is accepted. Default: made up at every start. */
  key?: string;
  /** 0, the default, for any free port. */
  port?: number;
  models?: readonly ServedModel[];
  /** Milliseconds since 1970, by which the prompt cache ages. */
  now?: () => number;
}

export interface MessagesApi {
  url: string;
  key: string;
  /** Every request there was, refused ones too. */
  readonly requests: readonly ReceivedRequest[];
  /** The requests that reached the script. */
  readonly calls: readonly MessagesCall[];
  /** The first request, past or future, that matches; rejects when none has by the deadline. */
  waitForRequest(
    matches: (request: ReceivedRequest) => boolean,
    deadlineMs?: number,
  ): Promise<ReceivedRequest>;
  /** Cuts what is open and frees the port. */
  close(): Promise<void>;
}

/** 32 MB, of the Messages API and of `count_tokens`. */
const maxBodyBytes = 32 * 1024 * 1024;

/**
 * The Messages API on loopback, scripted. The demo runs on it, and so do the tests: it is strict
 * where the real one is, charges tokens and the prompt cache by the real rules, and can fail in
 * every way the real one was seen to.
 */
export async function startMessagesApi(options: MessagesApiOptions): Promise<MessagesApi> {
  const key = options.key ?? `sk-ant-demo-${randomBytes(16).toString('hex')}`;
  const models = options.models ?? servedModels;
  const log = createRequestLog();
  const calls: MessagesCall[] = [];
  const cache = createPromptCache(options.now ?? Date.now);

  async function answerMessages(received: ReceivedRequest, response: ServerResponse) {
    const beta = 'anthropic-beta' in received.headers;
    const ruling = judgeMessagesRequest(received.body, beta);
    if (!ruling.ok) return refuse(faultOf(400, ruling.message));
    const model = findModel(ruling.body.model);
    if (!model) return refuse(faultOf(404, `model: ${ruling.body.model}`));
    const wrong = judgeForModel(ruling.body, model) ?? tooLong(ruling.body, model);
    if (wrong !== undefined) return refuse(faultOf(400, wrong));

    const lastText = textOfLast(ruling.body);
    const call: MessagesCall = Object.assign(received, { body: ruling.body, lastText });
    calls.push(call);
    const answer = await options.script(call, calls.length);
    await sendMessage({ call, model, answer, cache, log, response });

    function refuse(fault: ApiFault): void {
      sendFault(log, received, response, fault);
    }
  }

  function answerCount(received: ReceivedRequest, response: ServerResponse): void {
    const ruling = judgeCountTokensRequest(received.body);
    const model = ruling.ok ? findModel(ruling.body.model) : undefined;
    if (!ruling.ok) sendFault(log, received, response, faultOf(400, ruling.message));
    else if (!model) {
      sendFault(log, received, response, faultOf(404, `model: ${ruling.body.model}`));
    } else sendJson(received, response, { input_tokens: countTokens(ruling.body, model) });
  }

  function answerModels(
    id: string | undefined,
    received: ReceivedRequest,
    response: ServerResponse,
  ) {
    const found = id === undefined ? undefined : findModel(id);
    if (found) return sendJson(received, response, modelInfo(found));
    if (id !== undefined) {
      return sendFault(log, received, response, faultOf(404, `model: ${id}`));
    }
    const data = models.map(modelInfo);
    const [first, last] = [models[0]?.id ?? null, models.at(-1)?.id ?? null];
    sendJson(received, response, { data, first_id: first, last_id: last, has_more: false });
  }

  function sendJson(received: ReceivedRequest, response: ServerResponse, body: unknown): void {
    response.writeHead(200, { 'content-type': 'application/json', 'request-id': requestId() });
    response.end(JSON.stringify(body));
    log.update(received, { status: 200, outcome: 'answered' });
  }

  function findModel(id: string): ServedModel | undefined {
    return models.find((model) => id === model.id || id.replace(/-\d{8}$/, '') === model.id);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const method = request.method ?? 'GET';
    const body = await readBody(request);
    const received = log.add({
      method,
      path: pathname,
      headers: maskedHeaders(request.headers),
      body: body.value,
      receivedAt: new Date(),
    });
    response.once('close', () => {
      if (received.outcome === 'open') log.update(received, { outcome: 'left' });
    });
    const fault = authFault(request, key) ?? body.fault ?? versionFault(request);
    const [, modelId] = /^\/v1\/models\/([^/]+)$/.exec(pathname) ?? [];
    const route = `${method} ${modelId === undefined ? pathname : '/v1/models/:id'}`;
    if (fault) sendFault(log, received, response, fault);
    else if (route === 'POST /v1/messages') await answerMessages(received, response);
    else if (route === 'POST /v1/messages/count_tokens') answerCount(received, response);
    else if (route === 'GET /v1/models' || route === 'GET /v1/models/:id') {
      answerModels(modelId && decodeURIComponent(modelId), received, response);
    } else sendFault(log, received, response, faultOf(404, 'Not found'));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A script that throws is a bug of the test or the demo; the client sees a server error.
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  // A TCP server that listens has an address object; only pipes have a string.
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    key,
    requests: log.requests,
    calls,
    waitForRequest: log.waitFor,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The newest kind of key goes out as Bearer; where both headers come, `x-api-key` is read. */
function authFault(request: IncomingMessage, key: string): ApiFault | undefined {
  const apiKey = request.headers['x-api-key'];
  const bearer = request.headers.authorization;
  if (apiKey !== undefined) {
    return apiKey === key ? undefined : faultOf(401, 'invalid x-api-key');
  }
  if (bearer === undefined) return faultOf(401, 'x-api-key header is required');
  return bearer === `Bearer ${key}` ? undefined : faultOf(401, 'Invalid bearer token');
}

function versionFault(request: IncomingMessage): ApiFault | undefined {
  const version = request.headers['anthropic-version'];
  if (version === undefined) return faultOf(400, 'anthropic-version: header is required');
  const known = ['2023-06-01', '2026-10-21'].includes(String(version));
  return known ? undefined : faultOf(400, `anthropic-version: "${version}" is not a valid version`);
}

/** Input alone over the window; input plus `max_tokens` over it is accepted. */
function tooLong(body: MessagesRequest, model: ServedModel): string | undefined {
  const tokens = countTokens(body, model);
  return tokens > model.contextTokens
    ? `prompt is too long: ${tokens} tokens > ${model.contextTokens} maximum`
    : undefined;
}

function textOfLast(body: MessagesRequest): string {
  const last = body.messages.at(-1);
  return last === undefined
    ? ''
    : blocksOf(last)
        .filter(isText)
        .map(({ text }) => text)
        .join('\n');
}

async function readBody(
  request: IncomingMessage,
): Promise<{ value: unknown; fault?: ApiFault | undefined }> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    sizeBytes += chunk.length;
    if (sizeBytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (sizeBytes > maxBodyBytes) {
    return { value: undefined, fault: faultOf(413, 'Request exceeds the maximum size') };
  }
  if (sizeBytes === 0) return { value: undefined };
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    const message = 'The request body is not valid JSON';
    return { value: undefined, fault: faultOf(400, message) };
  }
}
