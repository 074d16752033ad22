import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Usage } from '#shared/usage.ts';
import { createAnthropicSupervisor, type SupervisorLogger } from './anthropic.ts';
import type { SupervisorRequest } from './supervisor.ts';
import {
  answerIn,
  ask,
  closeApis,
  faultIn,
  never,
  request,
  startApi,
  supervisorOf,
} from './testing/ask-anthropic.ts';

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await closeApis();
});

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
    const key = 'sk-ant-tell-nobody';
    const api = await startApi(
      () => ({ fault: { status: 400, message: `bad key ${key} here` } }),
      key,
    );
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
