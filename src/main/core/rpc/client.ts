import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import type { RpcName, RpcResult, StreamItem } from '#shared/rpc.ts';
import type { RelayPort } from '../relay-port.ts';
import { findControlSocket } from './control-address.ts';

/** A relay in another process. */
export interface RemoteRelay extends RelayPort {
  /** A fresh one-time address of the browser interface; an error where the relay serves none. */
  interfaceUrl(): Promise<RpcResult<string>>;
}

/** How long the relay may take to take the connection, and to answer. */
const connectMs = 2_000;
const answerMs = 30_000;
/** A probe is a real call of the supervisor's API; an import may bring years of history. */
const slowAnswerMs = 180_000;
const slowCalls: ReadonlySet<string> = new Set<RpcName>([
  'supervisor.probe',
  'history.import',
  'exchange.replay',
  'instructions.propose',
]);

/**
 * The relay that holds this home, or undefined when none runs (no socket, or one that a killed
 * relay left behind). Never rejects, never waits longer than two seconds.
 */
export async function connectRelay(home: string): Promise<RemoteRelay | undefined> {
  const socketPath = findControlSocket(home);
  if (socketPath === undefined || !(await isListening(socketPath))) return undefined;
  return {
    // The far end answers by the same contract; a check here would cost every command the schemas.
    call: (name, input) =>
      post(
        socketPath,
        `/rpc/${name}`,
        input,
        slowCalls.has(name) ? slowAnswerMs : answerMs,
      ) as never,
    stream: (after, onItem, onEnd) => openStream(socketPath, after, onItem, onEnd),
    interfaceUrl: () => post(socketPath, '/host/url', {}, answerMs) as Promise<RpcResult<string>>,
  };
}

function isListening(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const settle = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.setTimeout(connectMs, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

function post(
  socketPath: string,
  path: string,
  input: unknown,
  timeoutMs: number,
): Promise<RpcResult<unknown>> {
  return new Promise((resolve) => {
    const body = Buffer.from(JSON.stringify(input));
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const fail = (message: string) =>
      resolve({ ok: false, error: { code: 'unavailable', message } });
    const call = request({ socketPath, path, method: 'POST', headers }, (response) => {
      readText(response).then(
        (text) => resolve(parseAnswer(text)),
        () => fail('The relay stopped before it answered.'),
      );
    });
    call.setTimeout(timeoutMs, () => {
      fail(`The relay has not answered for ${timeoutMs / 1000} s.`);
      call.destroy();
    });
    call.once('error', () => fail('The relay stopped before it answered.'));
    call.end(body);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}

function parseAnswer(text: string): RpcResult<unknown> {
  try {
    const answer: unknown = JSON.parse(text);
    // Only what the router makes has this shape.
    if (typeof answer === 'object' && answer !== null && 'ok' in answer) return answer as never;
  } catch {
    // Falls through to the sentence below.
  }
  const message = 'The relay gave an answer that is not of its contract; is it another version?';
  return { ok: false, error: { code: 'failed', message } };
}

function openStream(
  socketPath: string,
  after: number,
  onItem: (item: StreamItem) => void,
  onEnd?: () => void,
): () => void {
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    call.destroy();
    onEnd?.();
  };
  const call = request({ socketPath, path: `/stream?after=${after}` }, (response) => {
    if (response.statusCode !== 200) return end();
    readItems(response, (item) => !isOver && onItem(item)).then(end, end);
  });
  call.once('error', end);
  call.end();
  return () => {
    isOver = true;
    call.destroy();
  };
}

/** Loaded late, since only streams need the parser. */
async function readItems(
  response: IncomingMessage,
  onItem: (item: StreamItem) => void,
): Promise<void> {
  const { createParser } = await import('eventsource-parser');
  // The relay writes every `data` itself, as one stream item (http-app.ts).
  const parser = createParser({ onEvent: ({ data }) => onItem(JSON.parse(data) as StreamItem) });
  response.setEncoding('utf8');
  for await (const chunk of response) parser.feed(String(chunk));
}
