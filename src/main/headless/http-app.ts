import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { RelayPort } from '#core/relay-port.ts';
import type { RpcError, RpcName, RpcResult } from '#shared/rpc.ts';
import { sendEvents } from './event-source.ts';
import { readJsonBody } from './request-body.ts';

/** Answers a request and returns true, or leaves it to what comes after. */
export type Step = (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) => boolean | Promise<boolean>;

export interface HttpAppOptions {
  port: RelayPort;
  /** Asked before anything else: refuses strangers. */
  gate?: Step;
  /** Asked after the calls and the stream: what this transport serves besides. */
  more?: Step;
  /** Aborted when the relay stops: ends the streams, which would never end by themselves. */
  stopping: AbortSignal;
  onCrash: (error: unknown) => void;
}

/**
 * The relay as an HTTP application, the same behind the control socket and on 127.0.0.1:
 * `POST /rpc/<name>` for every call of the contract, `GET /stream` for the events.
 */
export function createHttpApp({
  port,
  gate,
  more,
  stopping,
  onCrash,
}: HttpAppOptions): RequestListener {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-content-type-options', 'nosniff');
    const target = URL.parse(request.url ?? '/', 'http://relay');
    if (target === null) {
      response.writeHead(400).end('This is not an address.\n');
      return;
    }
    if (gate !== undefined && (await gate(request, response, target))) return;
    if (request.method === 'POST' && target.pathname.startsWith('/rpc/')) {
      await answerCall(port, target.pathname.slice('/rpc/'.length), request, response);
    } else if (request.method === 'GET' && target.pathname === '/stream') {
      await sendEvents({ port, stopping }, request, response, target);
    } else if (more === undefined || !(await more(request, response, target))) {
      response.writeHead(404).end('There is nothing here.\n');
    }
  }

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      // A client that went away is nobody's bug.
      if (!request.destroyed && !response.destroyed) onCrash(error);
      response.destroy();
    });
  };
}

async function answerCall(
  port: RelayPort,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A page elsewhere can send a form's type without asking first, but never this one.
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    sendResult(response, 415, failure('A call is sent as application/json.'));
    return;
  }
  const body = await readJsonBody(request);
  if (!body.ok) {
    sendResult(response, body.status, failure(body.message));
    return;
  }
  // The router checks the name and the input; any may come in.
  const result = await port.call(name as RpcName, body.value as never);
  sendResult(response, result.ok ? 200 : statusOf[result.error.code], result);
}

const statusOf: Record<RpcError['code'], number> = {
  'bad-input': 400,
  unauthorised: 401,
  'not-found': 404,
  conflict: 409,
  failed: 500,
  unavailable: 503,
};

function failure(message: string): RpcResult<never> {
  return { ok: false, error: { code: 'bad-input', message } };
}

/** Sends a result of the contract, or of the transport's own, as JSON. */
export function sendResult(
  response: ServerResponse,
  status: number,
  result: RpcResult<unknown>,
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(result));
}
