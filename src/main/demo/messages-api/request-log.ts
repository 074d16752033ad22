import type { IncomingHttpHeaders } from 'node:http';
import type { Usage } from '#shared/usage.ts';
import type { MessagesRequest } from './request-rules.ts';

/** One HTTP request as the server received it. */
export interface ReceivedRequest {
  /** From 1, over all requests. */
  number: number;
  method: string;
  path: string;
  /** Credentials are masked. */
  headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or undefined where there was none. */
  body: unknown;
  receivedAt: Date;
  /** How it ended; `broken` where the script broke it off, `left` where the client did. */
  outcome: 'open' | 'answered' | 'broken' | 'left';
  /** Of the response; undefined before its headers are sent. */
  status: number | undefined;
  /** As its headers named it; undefined before they are sent. */
  requestId: string | undefined;
  /** Tokens that a message was charged for. */
  usage: Usage | undefined;
}

/** A request for a message that the API accepted as legal. */
export interface MessagesCall extends ReceivedRequest {
  body: MessagesRequest;
  /** Text of the newest message. */
  lastText: string;
}

interface Waiter {
  matches(request: ReceivedRequest): boolean;
  found(request: ReceivedRequest): void;
}

export interface RequestLog {
  readonly requests: readonly ReceivedRequest[];
  add(
    request: Omit<ReceivedRequest, 'number' | 'outcome' | 'status' | 'requestId' | 'usage'>,
  ): ReceivedRequest;
  /** Every change goes through here, so that whoever waits for it is told. */
  update(
    request: ReceivedRequest,
    change: Partial<Pick<ReceivedRequest, 'outcome' | 'status' | 'requestId' | 'usage'>>,
  ): void;
  /** The first request, past or future, that matches; rejects when none has by the deadline. */
  waitFor(
    matches: (request: ReceivedRequest) => boolean,
    deadlineMs?: number,
  ): Promise<ReceivedRequest>;
}

export function createRequestLog(): RequestLog {
  const requests: ReceivedRequest[] = [];
  const waiters = new Set<Waiter>();

  function tell(request: ReceivedRequest): void {
    for (const waiter of waiters) {
      if (waiter.matches(request)) waiter.found(request);
    }
  }

  return {
    requests,
    add(received) {
      const number = requests.length + 1;
      const request: ReceivedRequest = {
        ...received,
        number,
        outcome: 'open',
        status: undefined,
        requestId: undefined,
        usage: undefined,
      };
      requests.push(request);
      tell(request);
      return request;
    },
    update(request, change) {
      Object.assign(request, change);
      tell(request);
    },
    waitFor(matches, deadlineMs = 10_000) {
      const past = requests.find(matches);
      if (past) return Promise.resolve(past);
      return new Promise((resolve, reject) => {
        const seen = () =>
          requests.map(({ method, path, outcome }) => `${method} ${path} ${outcome}`);
        const timer = setTimeout(() => {
          waiters.delete(waiter);
          reject(new Error(`No such request in ${deadlineMs} ms; seen: ${seen().join(', ')}`));
        }, deadlineMs);
        const waiter: Waiter = {
          matches,
          found(request) {
            clearTimeout(timer);
            waiters.delete(waiter);
            resolve(request);
          },
        };
        waiters.add(waiter);
      });
    },
  };
}

/** Headers for the log: one string each, and nothing that opens a door. */
export function maskedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const masked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
    if (name === 'authorization') masked[name] = text.replace(/^(\S+)\s.*$/, '$1 ***');
    else masked[name] = name === 'x-api-key' ? '***' : text;
  }
  return masked;
}
