import {
  type ErrorWords,
  errorBody,
  headOf,
  type NamedFault,
  type Promised,
  page,
  responding,
  send,
} from './faults.ts';
import type { WireFault } from './faulty-wire.ts';

type OfStatus = [status: number, words: ErrorWords, promised: Promised, codes: string];

/** As the API words them (anthropic-facts.md 2.2, reports in public issues). */
const worded: readonly OfStatus[] = [
  [400, { type: 'invalid_request_error', message: 'messages.0: odd' }, 'decide', 'invalid-request'],
  [
    400,
    { type: 'invalid_request_error', message: 'prompt is too long: 9 > 8' },
    'shrink',
    'prompt-too-long',
  ],
  [
    400,
    { type: 'invalid_request_error', message: 'Your credit balance is too low.' },
    'person',
    'billing',
  ],
  [
    400,
    { type: 'invalid_request_error', message: 'You have reached your specified API usage limits.' },
    'person',
    'spend-limit',
  ],
  [
    400,
    { type: 'invalid_request_error', message: 'On hold', code: 'organization_on_hold' },
    'person',
    'permission-denied',
  ],
  [401, { type: 'authentication_error' }, 'person', 'key-refused'],
  [402, { type: 'billing_error' }, 'person', 'billing'],
  [403, { type: 'permission_error' }, 'person', 'permission-denied'],
  [404, { type: 'not_found_error', message: 'model: x' }, 'person', 'model-not-found'],
  [408, { type: 'timeout_error' }, 'again', 'api-error'],
  [409, { type: 'api_error' }, 'again', 'api-error'],
  [413, { type: 'request_too_large' }, 'shrink', 'request-too-large'],
  [413, { code: 'request_body_too_large_after_decoding' }, 'shrink', 'request-too-large'],
  [422, { type: 'invalid_request_error' }, 'decide', 'invalid-request'],
  [429, { type: 'rate_limit_error' }, 'again', 'rate-limit'],
  [429, { type: 'rate_limit_error', code: 'ramp_limit_exceeded' }, 'again', 'rate-limit'],
  [
    429,
    { type: 'rate_limit_error', code: 'enforced_spend_limit_reached' },
    'person',
    'spend-limit',
  ],
  [
    429,
    { type: 'rate_limit_error', code: 'contract_spend_limit_reached' },
    'person',
    'spend-limit',
  ],
  [500, { type: 'api_error' }, 'again', 'api-error'],
  [504, { type: 'timeout_error' }, 'again', 'api-error'],
  [529, { type: 'overloaded_error' }, 'again', 'overloaded'],
  [529, { type: 'a_new_kind_of_error' }, 'again', 'overloaded'],
];

/** As whatever stands in between answers: a page, or nothing at all. */
const bare: readonly [statuses: readonly number[], promised: Promised][] = [
  [[400, 405, 406, 410, 411, 412, 414, 415, 418, 422, 426, 428, 431, 451, 499], 'decide'],
  [[401, 402, 403, 404, 300, 301, 302, 303, 307, 308], 'person'],
  [[413], 'shrink'],
  [
    [408, 409, 425, 429, 500, 501, 502, 503, 504, 505, 507, 511, 520, 522, 524, 529, 530, 599],
    'again',
  ],
];

const statuses: readonly NamedFault[] = [
  ...worded.map(([status, words, promised, code]): NamedFault => {
    const about = words.code ?? words.message ?? words.type ?? '';
    const fault = responding(status, errorBody(words));
    const name = `${status} ${about}`.slice(0, 44);
    return { name, family: 'status', promised, fault, codes: [code] };
  }),
  ...bare.flatMap(([of, promised]) =>
    of.map((status): NamedFault => {
      const elsewhere = { 'content-type': 'text/html', location: 'http://127.0.0.1:9/elsewhere' };
      const isPage = status % 2 === 0;
      const fault = responding(status, isPage ? page : '', elsewhere);
      return { name: `${status} by a proxy`, family: 'status', promised, fault };
    }),
  ),
];

const date = (ms: number): string => new Date(ms).toUTCString();
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

type Wish = [name: string, headers: () => Record<string, string>, leastWaitMs: number];

/** `retry-after` in every form, true and false, by clocks that are wrong. */
const wishes: readonly Wish[] = [
  ['seconds', () => ({ 'retry-after': '1' }), 1000],
  ['no seconds', () => ({ 'retry-after': '0' }), 0],
  ['part of a second', () => ({ 'retry-after': '0.7' }), 700],
  ['milliseconds', () => ({ 'retry-after-ms': '800', 'retry-after': '1' }), 800],
  ['date', () => dated(0, 2000), 1000],
  ['date, server a day ahead', () => dated(dayMs, 2000), 1000],
  ['date, server a year behind', () => dated(-365 * dayMs, 2000), 1000],
  ['date, no clock of its own', () => ({ 'retry-after': date(Date.now() + 2000) }), 500],
  ['date that is past', () => dated(0, -dayMs), 0],
  ['date that is none', () => ({ 'retry-after': 'Mon, 99 Foo 2026 99:99:99 GMT' }), 0],
  ['words', () => ({ 'retry-after': 'soon' }), 0],
  ['negative', () => ({ 'retry-after': '-5' }), 0],
  ['exponent', () => ({ 'retry-after': '1e9' }), 0],
  ['empty', () => ({ 'retry-after': '' }), 0],
];

const dated = (offMs: number, aheadMs: number) => ({
  date: date(Date.now() + offMs),
  'retry-after': date(Date.now() + offMs + aheadMs),
});

/** Longer than an hour is not waited for, and the owner is told of any such wait. */
const longWishes: readonly [name: string, headers: () => Record<string, string>][] = [
  ['a year', () => ({ 'retry-after': '31536000' })],
  ['endless digits', () => ({ 'retry-after': '99999999999999' })],
  ['date, a year ahead of everybody', () => dated(0, 365 * dayMs)],
  ['date, our clock a year behind', () => ({ 'retry-after': date(Date.now() + 365 * dayMs) })],
];

const wishing = (headers: () => Record<string, string>): WireFault => ({
  at: 'head',
  acts: (requestId) => {
    const busy = responding(429, errorBody({ type: 'rate_limit_error' }), headers());
    return busy.at === 'head' ? busy.acts(requestId) : [];
  },
});

const retryAfter: readonly NamedFault[] = [
  ...wishes.map(
    ([name, headers, leastWaitMs]): NamedFault => ({
      ...{ name: `retry-after: ${name}`, family: 'retry-after', promised: 'again' },
      ...{ fault: wishing(headers), leastWaitMs },
    }),
  ),
  ...longWishes.map(
    ([name, headers]): NamedFault => ({
      ...{ name: `retry-after: ${name}`, family: 'retry-after', promised: 'long' },
      fault: wishing(headers),
    }),
  ),
];

const streamHead = { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' };
const whole = JSON.stringify({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'text', text: 'Do.' }],
});

const head = (
  name: string,
  promised: Promised,
  fault: WireFault,
  more: Partial<NamedFault> = {},
): NamedFault => ({ name, family: 'headers', promised, fault, ...more });
const only = (...acts: ReturnType<Extract<WireFault, { at: 'head' }>['acts']>): WireFault => ({
  at: 'head',
  acts: () => acts,
});

const headers: readonly NamedFault[] = [
  head('no headers, cut', 'again', only({ do: 'cut' })),
  head('no headers, reset', 'again', only({ do: 'reset' })),
  head('no headers, ended', 'again', only({ do: 'end' })),
  head('no headers, silence', 'again', only({ do: 'hang' }), { isStall: true }),
  head(
    'half of the headers, cut',
    'again',
    only(send('HTTP/1.1 200 OK\r\ncontent-ty'), { do: 'cut' }),
  ),
  head(
    'half of the headers, silence',
    'again',
    only(send('HTTP/1.1 200 OK\r\ncon'), { do: 'hang' }),
    {
      isStall: true,
    },
  ),
  head('no HTTP', 'again', only(send('220 mail.example.org ESMTP\r\n'), { do: 'end' })),
  head(
    'endless headers',
    'again',
    only(send(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(200_000)}`), { do: 'end' }),
  ),
  head('headers, then silence', 'again', only(send(headOf(200, streamHead)), { do: 'hang' }), {
    isStall: true,
  }),
  head('headers, then cut', 'again', only(send(headOf(200, streamHead)), { do: 'cut' })),
  head(
    'headers, then a wrong chunk',
    'again',
    only(send(`${headOf(200, streamHead)}ZZ\r\nx\r\n`), { do: 'end' }),
  ),
  head(
    'an error, its words cut',
    'again',
    only(send(`${headOf(529, { 'content-length': '900' })}{"ty`), { do: 'cut' }),
  ),
  head(
    'an error, its words stalled',
    'again',
    only(send(`${headOf(529, { 'content-length': '900' })}{"ty`), { do: 'hang' }),
    {
      isStall: true,
    },
  ),
  head('200 with a page', 'again', responding(200, page, { 'content-type': 'text/html' }), {
    codes: ['malformed'],
  }),
  head('200 with a message, no stream', 'again', responding(200, whole), { codes: ['malformed'] }),
  head('200 with an error', 'again', responding(200, errorBody({ type: 'overloaded_error' }))),
  head('200 with nothing', 'again', responding(200, '', { 'content-type': 'text/event-stream' })),
  head('204', 'again', only(send(headOf(204, { connection: 'close' })), { do: 'end' })),
  head('304', 'person', only(send(headOf(304, { connection: 'close' })), { do: 'end' })),
  head(
    'not gzip, though it says so',
    'again',
    responding(200, page, { 'content-encoding': 'gzip' }),
  ),
  head('100 MB of an error', 'again', responding(500, 'x'.repeat(100_000_000)), { isHeavy: true }),
  head('slow headers', 'well', { at: 'before', acts: () => [{ do: 'wait', ms: 400 }] }),
  head('early hints', 'well', {
    at: 'before',
    acts: () => [send('HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n')],
  }),
  head('102 Processing, again and again', 'well', {
    at: 'before',
    acts: () => [send('HTTP/1.1 102 Processing\r\n\r\n'.repeat(5))],
  }),
];

const connect: readonly NamedFault[] = (['refused', 'reset', 'silent', 'garbage'] as const).map(
  (how) => ({
    ...{ name: `connection ${how}`, family: 'connect', promised: 'again' },
    ...{ fault: { at: 'connect', how }, isStall: how === 'silent' },
  }),
);

export const headFaults: readonly NamedFault[] = [
  ...connect,
  ...statuses,
  ...retryAfter,
  ...headers,
];
