import Anthropic from '@anthropic-ai/sdk';
import { afterEach, expect, test } from 'vitest';
import { type MessagesApi, type MessagesApiOptions, startMessagesApi } from './messages-api.ts';

let api: MessagesApi | undefined;

afterEach(async () => {
  await api?.close();
  api = undefined;
});

async function start(options: Partial<MessagesApiOptions> = {}): Promise<MessagesApi> {
  api = await startMessagesApi({ script: () => ({ text: 'Go on.' }), ...options });
  return api;
}

function clientOf({ url, key }: MessagesApi): Anthropic {
  return new Anthropic({ apiKey: key, baseURL: url, maxRetries: 0, logLevel: 'off' });
}

const hello = {
  model: 'claude-opus-5-5',
  max_tokens: 1000,
  messages: [{ role: 'user' as const, content: 'Tests pass.' }],
};

/** Sends any body at all, which the SDK's types would not let pass. */
async function post(api: MessagesApi, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${api.url}/v1/messages`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${api.key}`,
      'anthropic-version': '2026-10-21',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

test('streams what the SDK takes for a whole message', async () => {
  const api = await start({
    script: () => ({
      text: 'Ship it? I would rather ask.',
      tool: 'escalate',
      input: { question: 'Ship?' },
    }),
  });
  const events: string[] = [];
  const stream = clientOf(api).messages.stream(hello);
  stream.on('streamEvent', (event) => events.push(event.type));
  const message = await stream.finalMessage();

  expect(message.content.map(({ type }) => type)).toEqual(['thinking', 'text', 'tool_use']);
  expect(message.content[0]).toMatchObject({ thinking: '', signature: expect.stringMatching(/./) });
  expect(message.content[1]).toMatchObject({ text: 'Ship it? I would rather ask.' });
  expect(message.content[2]).toMatchObject({ name: 'escalate', input: { question: 'Ship?' } });
  expect(message.stop_reason).toBe('tool_use');
  expect(events.at(0)).toBe('message_start');
  expect(events.at(-1)).toBe('message_stop');
  expect(events.filter((type) => type === 'content_block_delta').length).toBeGreaterThan(3);
});

test('answers whole to a request that does not stream', async () => {
  const api = await start();
  const message = await clientOf(api).messages.create(hello);
  expect(message.content.at(-1)).toMatchObject({ type: 'text', text: 'Go on.' });
  expect(message.usage.output_tokens).toBeGreaterThan(0);
});

test('refuses a wrong key and masks every key in its log', async () => {
  const api = await start();
  const wrong = clientOf({ ...api, key: 'sk-wrong' });
  await expect(wrong.messages.create(hello)).rejects.toMatchObject({
    status: 401,
    type: 'authentication_error',
  });
  await clientOf(api).messages.create(hello);
  expect(api.requests).toHaveLength(2);
  expect(api.calls).toHaveLength(1);
  expect(JSON.stringify(api.requests)).not.toContain(api.key);
  expect(api.requests[1]?.headers['anthropic-version']).toBe('2026-10-21');
});

test('lists models and counts tokens without a call', async () => {
  const api = await start();
  const client = clientOf(api);
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  expect(ids).toContain('claude-opus-5-5');
  expect(await client.models.retrieve('claude-haiku-5-5')).toMatchObject({ max_tokens: 128_000 });
  const { model, messages } = hello;
  expect(await client.messages.countTokens({ model, messages })).toMatchObject({
    input_tokens: expect.any(Number),
  });
  expect(api.calls).toHaveLength(0);
});

const text = { type: 'text', text: 'x' };
const marked = { ...text, cache_control: { type: 'ephemeral' } };
const markedLong = { ...text, cache_control: { type: 'ephemeral', ttl: '1h' } };
const use = { type: 'tool_use', id: 'toolu_1', name: 'finish', input: {} };
const tool = {
  name: 'finish',
  input_schema: { type: 'object', properties: {}, additionalProperties: false },
};

test.each<[string, object, RegExp]>([
  ['temperature', { temperature: 1 }, /temperature: Extra inputs are not permitted/],
  ['top_p', { top_p: 1 }, /top_p: Extra inputs/],
  ['top_k', { top_k: 1 }, /top_k: Extra inputs/],
  ['no max_tokens', { max_tokens: undefined }, /max_tokens: Field required/],
  ['too many max_tokens', { max_tokens: 128_001 }, /128001 > 128000/],
  ['no messages', { messages: [] }, /at least one message/],
  ['assistant first', { messages: [{ role: 'assistant', content: 'x' }] }, /first message/],
  [
    'prefill',
    {
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: 'y' },
      ],
    },
    /must end with a user message/,
  ],
  ['empty content', { messages: [{ role: 'user', content: '' }] }, /non-empty content/],
  [
    'empty block',
    { messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] },
    /must be non-empty/,
  ],
  ['blank block', { messages: [{ role: 'user', content: ' \n' }] }, /non-whitespace/],
  [
    'dangling tool_use',
    {
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: [use] },
        { role: 'user', content: 'y' },
      ],
    },
    /`tool_use` ids were found without `tool_result` blocks immediately after: toolu_1/,
  ],
  [
    'stray tool_result',
    { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_2' }] }] },
    /unexpected `tool_use_id`/,
  ],
  ['forced tool', { tools: [tool], tool_choice: { type: 'any' } }, /forces tool use/],
  ['tool_choice alone', { tool_choice: { type: 'auto' } }, /while providing `tools`/],
  [
    'open strict schema',
    { tools: [{ ...tool, strict: true, input_schema: { type: 'object' } }] },
    /additionalProperties/,
  ],
  [
    'five breakpoints',
    { messages: [{ role: 'user', content: Array(5).fill(marked) }] },
    /A maximum of 4 blocks with cache_control may be provided. Found 5/,
  ],
  [
    '1h after 5m',
    { system: [marked], messages: [{ role: 'user', content: [markedLong] }] },
    /messages.0.content.0.cache_control.ttl: a ttl='1h'/,
  ],
  ['budgeted thinking', { thinking: { type: 'enabled', budget_tokens: 2000 } }, /adaptive/],
])('answers 400 to %s', async (_name, change, message) => {
  const api = await start();
  const { status, text } = await post(api, { ...hello, ...change });
  expect(text).toMatch(message);
  expect(status).toBe(400);
  expect(api.calls).toHaveLength(0);
});

test('takes an answered tool_use and four breakpoints, the longer lived first', async () => {
  const api = await start();
  const { status } = await post(api, {
    ...hello,
    system: [markedLong],
    tools: [{ ...tool, strict: true }],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    messages: [
      { role: 'user', content: [markedLong] },
      { role: 'assistant', content: [use] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1' }, marked, marked] },
    ],
  });
  expect(status).toBe(200);
});

test('lets fields it does not know pass with a beta header, as Claude Code sends them', async () => {
  const api = await start();
  const body = {
    ...hello,
    messages: [...hello.messages, { role: 'system', content: 'Now.', output_config: {} }],
    context_management: { edits: [] },
  };
  expect((await post(api, body)).status).toBe(400);
  expect((await post(api, body, { 'anthropic-beta': 'any' })).status).toBe(200);
  const sampled = { ...body, temperature: 1 };
  expect((await post(api, sampled, { 'anthropic-beta': 'any' })).status).toBe(400);
});

test('answers 404 to a model it does not have and 400 to a prompt over the window', async () => {
  const api = await start();
  expect((await post(api, { ...hello, model: 'claude-opus-9' })).status).toBe(404);
  const { status, text } = await post(api, {
    ...hello,
    model: 'claude-haiku-4-5',
    messages: [{ role: 'user', content: 'word '.repeat(200_000) }],
  });
  expect(status).toBe(400);
  expect(text).toMatch(/prompt is too long: \d+ tokens > 200000 maximum/);
});

test('charges the prompt cache: written at breakpoints, read by prefix, gone after its life', async () => {
  let now = 0;
  const api = await start({ now: () => now });
  const client = clientOf(api);
  const ephemeral = { type: 'ephemeral' as const };
  const call = async (turns: readonly string[], ttl: '5m' | '1h') => {
    const { usage } = await client.messages.create({
      ...hello,
      system: [
        { type: 'text', text: 'rule '.repeat(2000), cache_control: { ...ephemeral, ttl: '1h' } },
      ],
      messages: turns.map((text, index) => ({
        role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
        content: [
          {
            type: 'text' as const,
            text,
            ...(index === turns.length - 1 ? { cache_control: { ...ephemeral, ttl } } : {}),
          },
        ],
      })),
    });
    return usage;
  };
  const long = 'word '.repeat(1000);

  const first = await call([long], '5m');
  const systemTokens = first.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  const turnTokens = first.cache_creation?.ephemeral_5m_input_tokens ?? 0;
  expect(first.cache_read_input_tokens).toBe(0);
  expect(systemTokens).toBeGreaterThan(2500);
  expect(turnTokens).toBeGreaterThan(1500);
  expect(first.input_tokens).toBe(0);

  const second = await call([long, 'Done.', 'More.'], '5m');
  expect(second.cache_read_input_tokens).toBe(systemTokens + turnTokens);
  expect(second.cache_creation?.ephemeral_1h_input_tokens).toBe(0);
  expect(second.cache_creation?.ephemeral_5m_input_tokens).toBeGreaterThan(0);

  now += 6 * 60_000;
  const late = await call([long, 'Done.', 'More.'], '5m');
  expect(late.cache_read_input_tokens).toBe(systemTokens);

  now += 61 * 60_000;
  const dead = await call([long, 'Done.', 'More.'], '5m');
  expect(dead.cache_read_input_tokens).toBe(0);
});

test('does not cache a prefix below the minimum', async () => {
  const api = await start();
  const { usage } = await clientOf(api).messages.create({
    ...hello,
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
  });
  expect(usage.cache_creation_input_tokens).toBe(0);
  expect(usage.input_tokens).toBeGreaterThan(0);
});

test('holds a call at its gate, in the middle of the text', async () => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const api = await start({
    script: () => ({ text: 'Half now, half later.', gate, gateAfterChars: 8 }),
  });
  const stream = clientOf(api).messages.stream(hello);
  await stream.emitted('text');
  expect(stream.currentMessage?.content.at(-1)).toMatchObject({ text: 'Half now' });
  open();
  expect(await stream.finalText()).toBe('Half now, half later.');
});

test('notices that the client left a stalled call', async () => {
  const api = await start({ script: () => ({ text: 'Never whole', stall: 5 }) });
  const stream = clientOf(api).messages.stream(hello);
  await stream.emitted('text');
  stream.abort();
  await expect(stream.done()).rejects.toThrow();
  const left = await api.waitForRequest(({ outcome }) => outcome === 'left');
  expect(left.path).toBe('/v1/messages');
});

test('says what it saw when the awaited request does not come', async () => {
  const api = await start();
  await clientOf(api).messages.create(hello);
  await expect(api.waitForRequest(() => false, 1)).rejects.toThrow('POST /v1/messages answered');
});
