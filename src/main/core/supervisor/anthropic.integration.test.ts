import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Answer, type MessagesApi, startMessagesApi } from '#demo/messages-api.ts';
import type { Usage } from '#shared/usage.ts';
import {
  type AnthropicSupervisorOptions,
  createAnthropicSupervisor,
  type SupervisorLogger,
} from './anthropic.ts';
import type { CallOutcome, SupervisorProgress, SupervisorRequest } from './supervisor.ts';

const apis: MessagesApi[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await Promise.all(apis.splice(0).map((api) => api.close()));
});

async function startApi(script: (text: string, call: number) => Answer | Promise<Answer>) {
  const api = await startMessagesApi({ script: ({ lastText }, call) => script(lastText, call) });
  apis.push(api);
  return api;
}

function supervisorOf(api: MessagesApi, options: Partial<AnthropicSupervisorOptions> = {}) {
  return createAnthropicSupervisor({
    credential: () => ({ apiKey: api.key }),
    baseUrl: () => api.url,
    idleTimeoutMs: 5_000,
    ...options,
  });
}

const request: SupervisorRequest = {
  model: 'claude-opus-5-5',
  maxTokens: 4_000,
  system: 'You answer in the owner’s stead.',
  messages: [{ role: 'user', text: '<session id="api">All tests pass. Refactor?</session>' }],
  cacheTtl: '5m',
  verdictTools: true,
};

const never = new AbortController().signal;

interface Ask {
  request?: Partial<SupervisorRequest>;
  options?: Partial<AnthropicSupervisorOptions>;
  signal?: AbortSignal;
}

/** One call against a server that gives this one answer. */
async function ask(answer: Answer, asked: Ask = {}) {
  const api = await startApi(() => answer);
  const progress: SupervisorProgress[] = [];
  const outcome = await supervisorOf(api, asked.options).answer(
    { ...request, ...asked.request },
    (step) => progress.push(step),
    asked.signal ?? never,
  );
  return { api, outcome, progress };
}

/** Says all there is to an answer and then forgets to end the response. */
async function openGateway() {
  const sockets: Socket[] = [];
  const server = createServer((asked, response) => {
    const isCount = asked.url !== '/v1/messages';
    const type = isCount ? 'application/json' : 'text/event-stream';
    response.writeHead(200, { 'content-type': type });
    if (isCount) return void response.end('{"input_tokens":5}');
    for (const event of [
      {
        type: 'message_start',
        message: { model: 'gateway-model', usage: { input_tokens: 7, output_tokens: 1 } },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Go.' } },
      { type: 'news_of_2027', index: 0 },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { output_tokens: 3, cache_creation_input_tokens: 11 },
      },
      { type: 'message_stop' },
    ]) {
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    }
  });
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const supervisor = createAnthropicSupervisor({
    credential: () => ({ authToken: 'gateway-token' }),
    baseUrl: () => `http://127.0.0.1:${port}`,
    idleTimeoutMs: 60_000,
  });
  return {
    ...{ supervisor, sockets },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function faultIn(outcome: CallOutcome) {
  if (outcome.ok) throw new Error(`expected a fault, got: ${outcome.answer.text}`);
  return outcome.fault;
}

function answerIn(outcome: CallOutcome) {
  if (!outcome.ok) throw new Error(`expected an answer, got: ${outcome.fault.message}`);
  if (outcome.kind !== 'answer') throw new Error('expected an answer, got a wish for tools');
  return outcome.answer;
}

describe('an answer', () => {
  test('streams in, and is whole at the end', async () => {
    const text = 'Refactor the parser, one commit per rule, and show me the benchmark after each.';
    const { outcome, progress, api } = await ask({ text });
    const answer = answerIn(outcome);

    expect(answer.verdict).toEqual({ kind: 'reply', text });
    expect(answer).toMatchObject({ text, stopReason: 'end_turn', model: 'claude-opus-5-5' });
    expect(answer.requestId).toMatch(/^req_/);
    expect(progress[0]).toEqual({ kind: 'started', requestId: answer.requestId });
    expect(progress[1]).toEqual({ kind: 'thinking' });
    const deltas = progress.flatMap((step) => (step.kind === 'text' ? [step.delta] : []));
    expect(deltas.length).toBeGreaterThan(2);
    expect(deltas.join('')).toBe(text);
    expect(answer.usage).toEqual(api.calls[0]?.usage);
  });

  test('is asked for with a request that the API takes, tools and breakpoints included', async () => {
    const { api } = await ask(
      { text: 'Go on.' },
      {
        request: {
          effort: 'low',
          cacheTtl: '1h',
          pinnedMessage: 0,
          messages: [
            { role: 'user', text: 'a summary' },
            { role: 'assistant', text: ' \n' },
            { role: 'user', text: 'half a pair: \ud83d' },
          ],
        },
      },
    );
    const body = api.calls[0]?.body;
    const mark = { type: 'ephemeral', ttl: '1h' };
    expect(body).toMatchObject({
      model: 'claude-opus-5-5',
      max_tokens: 4_000,
      stream: true,
      output_config: { effort: 'low' },
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      system: [{ type: 'text', text: request.system, cache_control: mark }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'a summary', cache_control: mark }] },
        { role: 'assistant', content: [{ type: 'text', text: '(no words)' }] },
        { role: 'user', content: [{ text: 'half a pair: \ufffd', cache_control: mark }] },
      ],
    });
    expect(body?.tools?.map(({ name, strict }) => [name, strict])).toEqual([
      ['escalate', true],
      ['finish', true],
    ]);
    expect(body).not.toHaveProperty('temperature');
    expect(body).not.toHaveProperty('thinking');
  });

  test('of a summary comes without tools, and its text is no verdict', async () => {
    const text = '[NEEDS-JC] was said by the supervisor at noon.';
    const { api, outcome } = await ask({ text }, { request: { verdictTools: false } });
    expect(answerIn(outcome).verdict).toEqual({ kind: 'reply', text });
    expect(api.calls[0]?.body).not.toHaveProperty('tools');
    expect(api.calls[0]?.body).not.toHaveProperty('tool_choice');
  });

  test('does not wait for a response to end that has said message_stop', async () => {
    await using gateway = await openGateway();
    const outcome = await gateway.supervisor.answer(request, () => {}, never);
    expect(answerIn(outcome)).toMatchObject({
      text: 'Go.',
      model: 'gateway-model',
      usage: { input: 7, output: 3, cacheRead: 0, cacheWrite5m: 11, cacheWrite1h: 0 },
    });
  });

  test('lets it end, for the sake of the connection, and hangs up if it does not', async () => {
    await using gateway = await openGateway();
    await gateway.supervisor.answer(request, () => {}, never);
    const [first] = gateway.sockets;
    if (!first) return expect.unreachable('a connection was made');
    const closed = once(first, 'close');
    // Whatever was hung up before this would be known by its end.
    expect(await gateway.supervisor.countTokens('gateway-model', 'one', never)).toBe(5);
    expect(first.destroyed).toBe(false);
    await closed;
  });
});

describe('a verdict', () => {
  test('by the escalate tool, with the text before it as reasoning', async () => {
    const { outcome } = await ask({
      text: 'Two tries failed already.',
      tool: 'escalate',
      input: {
        question: 'Delete the old table?',
        proposal: 'Keep it.',
        reasoning: 'Irreversible.',
      },
    });
    expect(answerIn(outcome)).toMatchObject({
      stopReason: 'tool_use',
      verdict: {
        kind: 'escalate',
        question: 'Delete the old table?',
        proposal: 'Keep it.',
        reasoning: 'Two tries failed already.\n\nIrreversible.',
      },
    });
  });

  test('by the finish tool', async () => {
    const { outcome } = await ask({ tool: 'finish', input: { reason: 'Released and verified.' } });
    expect(answerIn(outcome).verdict).toEqual({ kind: 'finish', reason: 'Released and verified.' });
  });

  test('by the marker', async () => {
    const { outcome } = await ask({ text: '[NEEDS-JC] Ship on Friday?\nProposal: Wait.' });
    expect(answerIn(outcome).verdict).toEqual({
      kind: 'escalate',
      question: 'Ship on Friday?',
      proposal: 'Wait.',
      reasoning: '',
    });
  });

  test('by a tool whose input is not JSON still reaches the owner', async () => {
    const { outcome } = await ask({ tool: 'escalate', toolJson: '{"question": "Ship' });
    expect(answerIn(outcome).verdict).toMatchObject({
      kind: 'escalate',
      reasoning: '{"question": "Ship',
    });
  });

  test('of a call that max_tokens cut is none', async () => {
    const { outcome } = await ask({
      text: 'I have to ask.',
      tool: 'escalate',
      input: { question: 'Ship it on Friday, or wait until the load test has run?' },
      maxTokens: true,
    });
    expect(faultIn(outcome)).toMatchObject({ code: 'max-tokens', remedy: 'lengthen' });
    expect(outcome).toMatchObject({ partialText: 'I have to ask.', model: 'claude-opus-5-5' });
  });
});

describe('usage', () => {
  const long: Partial<SupervisorRequest> = {
    system: 'Rules. '.repeat(1000),
    messages: [{ role: 'user', text: 'Words. '.repeat(1000) }],
  };

  test.each([
    { cacheTtl: '5m', written: 'cacheWrite5m', other: 'cacheWrite1h' },
    { cacheTtl: '1h', written: 'cacheWrite1h', other: 'cacheWrite5m' },
  ] as const)('tells reads and $cacheTtl writes of the cache apart', async (life) => {
    const { cacheTtl, written, other } = life;
    const api = await startApi(() => ({ text: 'Go on.' }));
    const supervisor = supervisorOf(api);
    const call = async (messages: SupervisorRequest['messages']): Promise<Usage> => {
      const asked = { ...request, ...long, cacheTtl, messages };
      return answerIn(await supervisor.answer(asked, () => {}, never)).usage;
    };
    const messages = long.messages ?? [];
    const first = await call(messages);
    expect(first[written]).toBeGreaterThan(2_000);
    expect(first).toMatchObject({ cacheRead: 0, [other]: 0 });
    const second = await call([
      ...messages,
      { role: 'assistant', text: 'Go on.' },
      { role: 'user', text: 'Done.' },
    ]);
    expect(second.cacheRead).toBe(first[written]);
    expect(second[written]).toBeGreaterThan(0);
    expect(second[written]).toBeLessThan(100);
    expect(second.output).toBeGreaterThan(0);
  });

  test('is known of a call that broke off after it began', async () => {
    const { outcome, api } = await ask({ text: 'Half of it', cut: 4 });
    expect(outcome).toMatchObject({ ok: false, usage: { input: api.calls[0]?.usage?.input } });
  });
});

describe('a fault', () => {
  const http = (status: number, type?: string, message?: string, errorCode?: string): Answer => ({
    fault: {
      status,
      ...(type ? { type } : {}),
      ...(message ? { message } : {}),
      ...(errorCode ? { errorCode } : {}),
    },
  });

  test.each<[string, Answer, object]>([
    ['401', http(401), { code: 'key-refused', remedy: 'person', status: 401 }],
    ['402', http(402), { code: 'billing', remedy: 'person', status: 402 }],
    ['403', http(403), { code: 'permission-denied', remedy: 'person', status: 403 }],
    ['404', http(404), { code: 'model-not-found', remedy: 'person', status: 404 }],
    ['429', http(429), { code: 'rate-limit', remedy: 'wait', status: 429 }],
    [
      'enforced spend limit',
      http(429, undefined, 'Limit reached', 'enforced_spend_limit_reached'),
      { code: 'spend-limit', remedy: 'person', status: 429 },
    ],
    [
      'contract spend limit',
      http(429, undefined, 'Limit reached', 'contract_spend_limit_reached'),
      { code: 'spend-limit', remedy: 'person', status: 429 },
    ],
    [
      'ramp limit',
      http(429, undefined, 'Too fast', 'ramp_limit_exceeded'),
      { code: 'rate-limit', remedy: 'wait', status: 429 },
    ],
    [
      'spend limit of the user',
      http(400, undefined, 'You have reached your specified API usage limits. You will regain…'),
      { code: 'spend-limit', remedy: 'person', status: 400 },
    ],
    [
      'no credit',
      http(400, undefined, 'Your credit balance is too low to access the Anthropic API.'),
      { code: 'billing', remedy: 'person', status: 400 },
    ],
    ['500', http(500), { code: 'api-error', remedy: 'wait', status: 500 }],
    ['504', http(504), { code: 'api-error', remedy: 'wait', status: 504 }],
    ['529', http(529), { code: 'overloaded', remedy: 'wait', status: 529 }],
    [
      '413 as HTML',
      { fault: { status: 413, nonJson: '<html>413 Request Entity Too Large</html>' } },
      { code: 'request-too-large', remedy: 'shrink', status: 413 },
    ],
    ['413 of the API', http(413), { code: 'request-too-large', remedy: 'shrink', status: 413 }],
    [
      '502 as HTML',
      { fault: { status: 502, nonJson: '<html>Bad gateway</html>' } },
      { code: 'api-error', remedy: 'wait', status: 502 },
    ],
    [
      '400 otherwise',
      http(400, undefined, 'messages.0: something odd.'),
      { code: 'invalid-request', remedy: 'decide', status: 400 },
    ],
    [
      'prompt too long',
      http(400, undefined, 'prompt is too long: 1200000 tokens > 1000000 maximum'),
      { code: 'prompt-too-long', remedy: 'shrink', status: 400 },
    ],
    [
      'window full while answering',
      { text: 'It goes', contextExceeded: true },
      { code: 'prompt-too-long', remedy: 'shrink' },
    ],
    ['cut socket', { text: 'Never whole', cut: 5 }, { code: 'cut', remedy: 'wait' }],
    ['cut before any text', { text: 'Never', cut: 0 }, { code: 'cut', remedy: 'wait' }],
    ['early end', { text: 'Never whole', endEarly: 5 }, { code: 'cut', remedy: 'wait' }],
    [
      'overload in the stream',
      {
        text: 'Never whole',
        sseError: { type: 'overloaded_error', message: 'Overloaded' },
        afterChars: 5,
      },
      { code: 'overloaded', remedy: 'wait' },
    ],
    [
      'failure in the stream',
      { sseError: { type: 'api_error', message: 'Internal server error' } },
      { code: 'api-error', remedy: 'wait' },
    ],
    [
      'malformed event',
      { text: 'Never whole', malformed: true, afterChars: 5 },
      { code: 'malformed', remedy: 'wait' },
    ],
    ['max_tokens', { text: 'Cut short here', maxTokens: true }, { code: 'max-tokens' }],
    ['empty answer', { text: '' }, { code: 'empty', remedy: 'decide' }],
    ['blank answer', { text: ' \n ' }, { code: 'empty', remedy: 'decide' }],
  ])('%s', async (_name, answer, expected) => {
    const { outcome, api } = await ask(answer);
    const fault = faultIn(outcome);
    expect(fault).toMatchObject(expected);
    expect(fault.requestId).toMatch(/^req_/);
    // A sentence or more, each ended, and no key in any of them.
    expect(fault.message).toMatch(/^[A-Z0-9].*\.$/);
    expect(fault.message).not.toContain(api.key);
    expect(fault).not.toHaveProperty('retryAfterMs');
    expect(api.requests).toHaveLength(1);
  });

  test('keeps the text that came before it', async () => {
    for (const answer of [
      { text: 'Never whole', cut: 5 },
      { text: 'Never whole', endEarly: 5 },
      { text: 'Never whole', malformed: true as const, afterChars: 5 },
    ]) {
      const { outcome } = await ask(answer);
      expect(outcome).toMatchObject({ ok: false, partialText: 'Never', model: 'claude-opus-5-5' });
    }
  });

  test('says how long the server wants to be left alone, by seconds or by date', async () => {
    const seconds = await ask({ fault: { status: 429, retryAfterSeconds: 3600 } });
    expect(faultIn(seconds.outcome).retryAfterMs).toBe(3_600_000);
    // Both by the server's clock: that of this machine may be wrong.
    const date = await ask(
      { fault: { status: 529, retryAfterDate: new Date(Date.now() + 90_000) } },
      { options: { clock: { now: () => 0 } } },
    );
    const { retryAfterMs } = faultIn(date.outcome);
    expect(retryAfterMs).toBeGreaterThan(80_000);
    expect(retryAfterMs).toBeLessThanOrEqual(90_000);
  });

  test('of a refusal names the category and costs nothing where nothing was said', async () => {
    const silent = await ask({ refusal: { category: 'cyber' } });
    expect(faultIn(silent.outcome)).toMatchObject({ code: 'refusal', remedy: 'decide' });
    expect(faultIn(silent.outcome).message).toContain('cyber');
    expect(silent.outcome).not.toHaveProperty('usage');
    const late = await ask({ text: 'Well, ', refusal: { category: null } });
    expect(faultIn(late.outcome)).toMatchObject({ code: 'refusal' });
    expect(late.outcome).toHaveProperty('usage.output');
  });

  test('of a stream that stands still is found by the watchdog, which hangs up', async () => {
    const { outcome, api } = await ask(
      { text: 'Never whole', stall: 5 },
      { options: { idleTimeoutMs: 400 } },
    );
    expect(faultIn(outcome)).toMatchObject({ code: 'stalled', remedy: 'wait' });
    expect(outcome).toMatchObject({ partialText: 'Never' });
    await api.waitForRequest((call) => call.outcome === 'left');
  });

  test('of headers that never come is found by the watchdog too', async () => {
    const api = await startApi(() => new Promise<Answer>(() => {}));
    const supervisor = supervisorOf(api, { idleTimeoutMs: () => 200 });
    const outcome = await supervisor.answer(request, () => {}, never);
    expect(faultIn(outcome)).toMatchObject({ code: 'stalled', remedy: 'wait' });
  });

  test('is not a slow answer that keeps moving', async () => {
    // Twenty pieces of 50 ms each: longer in all than the watchdog waits, shorter each.
    const { outcome } = await ask(
      { text: 'x'.repeat(200), chunkChars: 10, chunkDelayMs: 50 },
      { options: { idleTimeoutMs: 700 } },
    );
    expect(answerIn(outcome).text).toHaveLength(200);
  });

  test('of a stream that goes on for ever is ended, though it never stands still', async () => {
    const { outcome } = await ask(
      { text: 'x'.repeat(10_000), chunkChars: 1, chunkDelayMs: 20 },
      { options: { idleTimeoutMs: 5_000, longestMs: 300 } },
    );
    expect(faultIn(outcome)).toMatchObject({ code: 'stalled', remedy: 'wait' });
    expect(faultIn(outcome).message).toContain('had no end');
  });

  test('of a server that is not there names the reason', async () => {
    const api = await startApi(() => ({}));
    await api.close();
    const outcome = await supervisorOf(api).answer(request, () => {}, never);
    expect(faultIn(outcome)).toMatchObject({ code: 'connection', remedy: 'wait' });
    expect(faultIn(outcome).message).toContain('nothing answers there');
    expect(faultIn(outcome).message).toContain(new URL(api.url).host);
  });

  test('of a page that is no API says so', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in to WiFi</html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const supervisor = createAnthropicSupervisor({
      credential: () => ({ apiKey: 'sk-ant-x' }),
      baseUrl: () => `http://127.0.0.1:${port}`,
    });
    const outcome = await supervisor.answer(request, () => {}, never);
    server.close();
    expect(faultIn(outcome)).toMatchObject({ code: 'malformed' });
    expect(faultIn(outcome).message).toContain('base URL');
  });
});

describe('called off', () => {
  test('in the middle of an answer, it resolves and hangs up', async () => {
    const api = await startApi(() => ({ text: 'Never whole', stall: 5 }));
    const controller = new AbortController();
    const outcome = await supervisorOf(api).answer(
      request,
      (progress) => {
        if (progress.kind === 'text') controller.abort();
      },
      controller.signal,
    );
    expect(faultIn(outcome)).toMatchObject({ code: 'cut' });
    expect(outcome).toMatchObject({ partialText: 'Never' });
    await api.waitForRequest((call) => call.outcome === 'left');
  });

  test('before the headers', async () => {
    const controller = new AbortController();
    const api = await startApi(() => {
      controller.abort();
      return new Promise<Answer>(() => {});
    });
    const outcome = await supervisorOf(api).answer(request, () => {}, controller.signal);
    expect(faultIn(outcome)).toMatchObject({ code: 'cut' });
  });

  test('before it began, nothing is sent', async () => {
    const { api, outcome } = await ask({}, { signal: AbortSignal.abort() });
    expect(faultIn(outcome)).toMatchObject({ code: 'cut' });
    expect(api.requests).toHaveLength(0);
  });
});

describe('credentials', () => {
  test('nothing of the environment is used', async () => {
    const decoy = await startApi(() => ({ text: 'I am the wrong server.' }));
    vi.stubEnv('ANTHROPIC_API_KEY', 'sk-ant-from-env');
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'token-from-env');
    vi.stubEnv('ANTHROPIC_BASE_URL', decoy.url);
    vi.stubEnv('ANTHROPIC_LOG', 'debug');
    vi.stubEnv(
      'ANTHROPIC_CUSTOM_HEADERS',
      'X-Leak: secret-of-env\nAuthorization: Bearer leak\nanthropic-version: 2023-06-01\nx-api-key: leak\nanthropic-beta: leak',
    );
    const spies = (['log', 'debug', 'info', 'warn', 'error'] as const).map((level) =>
      vi.spyOn(console, level),
    );
    const { api, outcome } = await ask({ text: 'Go on.' });
    expect(answerIn(outcome).text).toBe('Go on.');
    expect(decoy.requests).toHaveLength(0);
    const headers = api.requests[0]?.headers ?? {};
    expect(headers['anthropic-version']).toBe('2026-10-21');
    expect(headers).not.toHaveProperty('x-leak');
    expect(headers).not.toHaveProperty('x-api-key');
    expect(headers).not.toHaveProperty('anthropic-beta');
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });

  test('without one, or with a broken one, nothing is sent', async () => {
    const api = await startApi(() => ({}));
    const withKey = (apiKey: string | undefined) =>
      supervisorOf(api, { credential: () => (apiKey === undefined ? undefined : { apiKey }) });
    vi.stubEnv('ANTHROPIC_API_KEY', api.key);
    const faults = [];
    for (const key of [undefined, ' ', 'sk-ant-two words', 'sk-ant-oat01-subscription']) {
      faults.push(faultIn(await withKey(key).answer(request, () => {}, never)));
    }
    expect(faults.map(({ code }) => code)).toEqual([
      'key-missing',
      'key-missing',
      'key-refused',
      'key-refused',
    ]);
    expect(faults.map(({ message }) => message).join()).not.toMatch(/two words|oat01/);
    expect(api.requests).toHaveLength(0);
  });

  test('a new key works at the next call, white space around it forgiven', async () => {
    const api = await startApi(() => ({ text: 'Go on.' }));
    let key = 'sk-ant-old';
    const supervisor = supervisorOf(api, { credential: () => ({ authToken: key }) });
    const refused = await supervisor.answer(request, () => {}, never);
    expect(faultIn(refused)).toEqual({
      code: 'key-refused',
      remedy: 'person',
      status: 401,
      requestId: expect.stringMatching(/^req_/),
      message:
        'The API key was refused (401). Paste a new one in Settings or in .env; waiting envelopes are kept.',
    });
    key = `${api.key}\n`;
    expect((await supervisor.answer(request, () => {}, never)).ok).toBe(true);
  });

  test('never stands in a sentence or a log, even if the server repeats it', async () => {
    const api = await startMessagesApi({
      key: 'sk-ant-tell-nobody',
      script: () => ({ fault: { status: 400, message: 'bad key sk-ant-tell-nobody here' } }),
    });
    apis.push(api);
    const lines: string[] = [];
    const logger: SupervisorLogger = {
      info: (fields, message) => lines.push(JSON.stringify([fields, message])),
      error: (fields, message) => lines.push(JSON.stringify([fields, message])),
    };
    const outcome = await supervisorOf(api, { logger }).answer(request, () => {}, never);
    expect(faultIn(outcome).message).toContain('bad key *** here');
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain('tell-nobody');
  });

  test('a base URL that is none is said to be none', async () => {
    const api = await startApi(() => ({}));
    const supervisor = supervisorOf(api, { baseUrl: () => 'localhost:8080' });
    const fault = faultIn(await supervisor.answer(request, () => {}, never));
    expect(fault).toMatchObject({ code: 'no-api', remedy: 'person' });
  });
});

describe('counting and probing', () => {
  test('count by the endpoint, for nothing', async () => {
    const api = await startApi(() => ({}));
    const supervisor = supervisorOf(api);
    const few = await supervisor.countTokens('claude-opus-5-5', 'one two three', never);
    const many = await supervisor.countTokens(
      'claude-opus-5-5',
      'one two three '.repeat(50),
      never,
    );
    expect(few).toBeGreaterThan(2);
    expect(many).toBeGreaterThan(20 * (few ?? 0));
    expect(await supervisor.countTokens('claude-opus-5-5', ' ', never)).toBe(0);
    expect(await supervisor.countTokens('claude-nobody-1', 'one', never)).toBeUndefined();
    expect(api.calls).toHaveLength(0);
  });

  test('probe tells a good key from a bad one and a model from no model', async () => {
    const api = await startApi(() => ({}));
    const good = await supervisorOf(api).probe('claude-opus-5-5', never);
    expect(good).toMatchObject({ ok: true, found: expect.stringContaining('claude-opus-5-5') });
    const bad = await supervisorOf(api, { credential: () => ({ apiKey: 'x' }) }).probe('m', never);
    expect(bad).toMatchObject({ ok: false, fault: { code: 'key-refused' } });
    const none = await supervisorOf(api).probe('claude-nobody-1', never);
    expect(none).toMatchObject({ ok: false, fault: { code: 'model-not-found' } });
    expect(api.calls).toHaveLength(0);
  });

  test('probe takes no page that says 200 for the API', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"hello":"world"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server on TCP has an address of this kind.
    const { port } = server.address() as AddressInfo;
    const supervisor = createAnthropicSupervisor({
      credential: () => ({ apiKey: 'key' }),
      baseUrl: () => `http://127.0.0.1:${port}`,
    });
    try {
      const probed = await supervisor.probe('claude-opus-5-5', never);
      expect(probed).toMatchObject({ ok: false, fault: { code: 'malformed' } });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
