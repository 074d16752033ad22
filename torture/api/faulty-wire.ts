import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Usage } from '#shared/usage.ts';
import { usageTold } from './told-usage.ts';
import { eventsIn, type WireEvent } from './wire-events.ts';

/** What is done to a connection, one thing after the other. */
export type Act =
  | { do: 'send'; bytes: string | Buffer }
  | { do: 'wait'; ms: number }
  /** The connection stays open until the client leaves. */
  | { do: 'hang' }
  | { do: 'end' | 'cut' | 'reset' };

/** What is asked for, as the request itself shows it. */
export type Asked = 'answer' | 'after-tools' | 'summary' | 'count';

export type WireFault =
  /** Before a word is spoken; concerns every call. */
  | { at: 'connect'; how: 'refused' | 'reset' | 'silent' | 'garbage' }
  /** In the place of the response, on the bare connection; the API is not asked, and charges nothing. */
  | { at: 'head'; acts: (requestId: string) => Act[] }
  /** Before the response, which then comes. */
  | { at: 'before'; acts: () => Act[] }
  /** To an answer that the API gave and charged. */
  | {
      at: 'answer';
      spoil: (events: readonly WireEvent[]) => Act[];
      /** The first event that is not as it should be. */
      breaksAt: (events: readonly WireEvent[]) => number;
      headers?: Record<string, string>;
    };

/** One request, as the wire saw it. */
export interface WireCall {
  number: number;
  mark: string;
  asked: Asked;
  arrivedMs: number;
  endedMs: number | undefined;
  model: string;
  maxTokens: number;
  sizeBytes: number;
  isSpoiled: boolean;
  /** As the headers named it. */
  requestId: string | undefined;
  /** What the answer, as far as it was sent, says that it used. */
  told: Usage | null;
  /** The same, as far as the answer was good. */
  toldBefore: Usage | null;
  /** The connection was reset: what lies unread at the other end may be lost with it. */
  isReset: boolean;
}

export interface Armed {
  /** How many requests it was done to. */
  readonly hits: number;
  disarm(): Promise<void>;
}

/** The way to the Messages API, on which everything can go wrong at every step. */
export interface FaultyWire {
  url: string;
  readonly calls: readonly WireCall[];
  /** Requests that ask for this about this mark are done so to, until disarmed, or `most` of them. */
  arm(aim: { mark: string; asked: Asked; most?: number }, fault: WireFault): Armed;
  close(): Promise<void>;
}

/** Every mark that can be in a request; the last one tells what it is about. */
const markPattern = /\b(?:cell|beside)-\d+\b/g;
const summaryModel = 'claude-haiku-5-5';

interface Aim {
  mark: string;
  asked: Asked;
  left: number;
  hits: number;
  fault: WireFault;
}

export async function startFaultyWire(upstream: { url: string }): Promise<FaultyWire> {
  const calls: WireCall[] = [];
  const aims = new Set<Aim>();
  const sockets = new Set<Socket>();
  let connectFault: 'refused' | 'reset' | 'silent' | 'garbage' | undefined;

  const http = createHttpServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => undefined);
    if (connectFault === 'reset') socket.resetAndDestroy();
    else if (connectFault === 'garbage') socket.end('SSH-2.0-OpenSSH_9.9\r\n');
    else if (connectFault === undefined) http.emit('connection', socket);
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  // A server on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.setEncoding('utf8');
    let body = '';
    for await (const chunk of request) body += chunk;
    const call = callOf(request, body, calls.length + 1);
    calls.push(call);
    response.once('close', () => {
      call.endedMs = Date.now();
    });
    const aim = [...aims].find(({ mark, asked, left, hits }) => {
      // An answer that used tools may be begun anew.
      const isAnew = asked === 'after-tools' && call.asked === 'answer' && hits > 0;
      return mark === call.mark && (asked === call.asked || isAnew) && left > 0;
    });
    if (!aim) return pass(request, body, call, response);
    aim.left -= 1;
    aim.hits += 1;
    call.isSpoiled = true;
    const { fault } = aim;
    if (fault.at === 'head') {
      call.requestId = `req_wire_${call.number}`;
      return actOn(response.socket, fault.acts(call.requestId));
    }
    if (fault.at === 'before') {
      await actOn(response.socket, fault.acts());
      return pass(request, body, call, response);
    }
    if (fault.at === 'answer') {
      return pass(request, body, call, response, fault);
    }
  }

  async function pass(
    request: IncomingMessage,
    body: string,
    call: WireCall,
    response: ServerResponse,
    fault: Partial<Extract<WireFault, { at: 'answer' }>> = {},
  ): Promise<void> {
    const answered = await fetch(`${upstream.url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: passedHeaders(request),
      ...(body === '' ? {} : { body }),
    });
    const text = await answered.text();
    call.requestId = answered.headers.get('request-id') ?? undefined;
    const isStream = answered.headers.get('content-type')?.includes('event-stream') ?? false;
    response.writeHead(answered.status, {
      'content-type': answered.headers.get('content-type') ?? 'application/json',
      ...(call.requestId ? { 'request-id': call.requestId } : {}),
      ...fault.headers,
    });
    if (!isStream) return void response.end(text);
    response.flushHeaders();
    const events = eventsIn(text);
    const acts = (fault.spoil ?? sendAll)(events);
    call.isReset = acts.some((act) => act.do === 'reset');
    const good = events.slice(0, fault.breaksAt?.(events) ?? events.length);
    call.toldBefore = usageTold(good.map(({ bytes }) => bytes).join(''));
    call.told = usageTold(acts.map((act) => (act.do === 'send' ? String(act.bytes) : '')).join(''));
    await stream(response, acts);
  }

  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    arm({ mark, asked, most = Number.POSITIVE_INFINITY }, fault) {
      const aim: Aim = { mark, asked, fault, left: most, hits: 0 };
      aims.add(aim);
      if (fault.at === 'connect') {
        connectFault = fault.how;
        if (fault.how === 'refused') server.close();
        // Those that are open would be used again, and nothing would happen.
        for (const socket of sockets) socket.destroy();
      }
      return {
        get hits() {
          return aim.hits;
        },
        async disarm() {
          aims.delete(aim);
          if (fault.at !== 'connect') return;
          connectFault = undefined;
          for (const socket of sockets) socket.destroy();
          if (fault.how === 'refused') await listen(port);
        },
      };
    },
    async close() {
      const closed = server.listening ? once(server, 'close') : undefined;
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const sendAll = (events: readonly WireEvent[]): Act[] => [
  { do: 'send', bytes: events.map(({ bytes }) => bytes).join('') },
  { do: 'end' },
];

function callOf(request: IncomingMessage, body: string, number: number): WireCall {
  const { model = '', max_tokens: maxTokens = 0, messages } = sentIn(body);
  const isCount = request.url?.includes('count_tokens') ?? true;
  const isAfterTools = JSON.stringify(messages?.at(-1) ?? '').includes('"tool_result"');
  const ofMessage = isAfterTools ? 'after-tools' : 'answer';
  return {
    ...{ number, model, maxTokens, sizeBytes: Buffer.byteLength(body) },
    mark: body.match(markPattern)?.at(-1) ?? '',
    asked: isCount ? 'count' : model === summaryModel ? 'summary' : ofMessage,
    ...{ arrivedMs: Date.now(), endedMs: undefined, isSpoiled: false },
    ...{ requestId: undefined, told: null, toldBefore: null, isReset: false },
  };
}

function sentIn(body: string): { model?: string; max_tokens?: number; messages?: unknown[] } {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

function passedHeaders({ headers }: IncomingMessage): Record<string, string> {
  const names = ['authorization', 'anthropic-version', 'content-type'];
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])),
  );
}

async function actOn(socket: Socket | null, acts: readonly Act[]): Promise<void> {
  if (!socket) return;
  for (const act of acts) {
    if (socket.destroyed) return;
    if (act.do === 'send') await new Promise((sent) => socket.write(act.bytes, sent));
    else if (act.do === 'wait') await delay(act.ms);
    else if (act.do === 'end') socket.end();
    else if (act.do === 'cut') socket.destroy();
    else if (act.do === 'reset') socket.resetAndDestroy();
  }
}

/** As `actOn`, within a response whose end the client can tell from a break. */
async function stream(response: ServerResponse, acts: readonly Act[]): Promise<void> {
  for (const act of acts) {
    if (response.destroyed) return;
    if (act.do === 'send') await new Promise((sent) => response.write(act.bytes, sent));
    else if (act.do === 'wait') await delay(act.ms);
    else if (act.do === 'end') response.end();
    else if (act.do === 'cut') response.destroy();
    else if (act.do === 'reset') response.socket?.resetAndDestroy();
  }
}
