import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { processStart } from '#core/claude-code/liveness.ts';
import { testClaude } from '#core/claude-code/testing/claude-binary.ts';
import { cleanEnvironment } from '#core/claude-code/testing/clean-environment.ts';
import { openRelayFixture } from '#core/testing/relay-fixture.ts';
import {
  type Answer,
  type MessagesApi,
  type MessagesCall,
  startMessagesApi,
} from '#demo/messages-api.ts';
import { type ClaudeCodeSupervisorOptions, createClaudeCodeSupervisor } from './claude-code.ts';
import type { CallOutcome, SupervisorMessage, SupervisorRequest } from './supervisor.ts';

/** The real Claude Code as the supervisor; only the API at its far end is scripted. */

const login = 'sk-ant-oat01-of-the-test';
const never = new AbortController().signal;

let folder: string;
let env: Record<string, string>;
let api: MessagesApi;
/** What the API answers next; the last one again and again. */
let answers: Answer[];
let refuses: (call: MessagesCall) => Answer | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relay-claude-supervisor-'));
  answers = [{ text: 'Go on.' }];
  refuses = () => undefined;
  api = await startMessagesApi({
    key: login,
    script: (call) =>
      refuses(call) ?? (answers.length > 1 ? answers.shift() : answers[0]) ?? { text: 'Go on.' },
  });
  const { ANTHROPIC_API_KEY: key, ...clean } = cleanEnvironment(join(folder, 'user'), api.url);
  // The key is in the environment as it would be for the other provider: it must not get through.
  env = { ...clean, ANTHROPIC_API_KEY: `${key}`, ANTHROPIC_AUTH_TOKEN: 'not this one either' };
  env.CLAUDE_CODE_OAUTH_TOKEN = login;
  env.PATH = `${join(folder, 'bin')}:/usr/bin:/bin`;
  mkdirSync(join(folder, 'user', '.claude'), { recursive: true });
  mkdirSync(join(folder, 'bin'));
  install(`exec '${await testClaude()}' "$@"`);
});

afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a `claude` on the path that notes its process before it does what `script` says. */
function install(script: string): void {
  const program = join(folder, 'bin', 'claude');
  writeFileSync(program, `#!/bin/sh\necho $$ >>'${join(folder, 'pids')}'\n${script}\n`);
  chmodSync(program, 0o755);
}

const pids = () => readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n').map(Number);
const wasStarted = () => existsSync(join(folder, 'pids'));
const allGone = () => pids().every((pid) => processStart(pid) === undefined);

function supervisor(options: Partial<ClaudeCodeSupervisorOptions> = {}) {
  const emptyDir = join(folder, 'empty');
  return createClaudeCodeSupervisor({ env, emptyDir, idleTimeoutMs: () => 30_000, ...options });
}

const request: SupervisorRequest = {
  model: 'claude-sonnet-5-5',
  maxTokens: 4_000,
  system: 'You answer in the owner’s stead.',
  messages: [{ role: 'user', text: '<session id="api">All tests pass. Refactor?</session>' }],
  cacheTtl: '5m',
  verdictTools: true,
};

const ask = (more: Partial<SupervisorRequest> = {}, signal = never) =>
  supervisor().answer({ ...request, ...more }, () => {}, signal);

function answerIn(outcome: CallOutcome) {
  if (!outcome.ok) throw new Error(`expected an answer, got: ${outcome.fault.message}`);
  if (outcome.kind !== 'answer') throw new Error('expected an answer, got a wish for tools');
  return outcome.answer;
}

function faultIn(outcome: CallOutcome) {
  if (outcome.ok) throw new Error(`expected a fault, got: ${outcome.answer.text}`);
  return outcome.fault;
}

/** What the API was told, without what Claude Code adds as the system. */
function told(call = api.calls.at(-1)) {
  return (call?.body.messages ?? [])
    .filter(({ role }) => role !== 'system')
    .map(({ role, content }) => {
      const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
      return { role, text: blocks.map((block) => ('text' in block ? block.text : '')).join('') };
    });
}

const conversation: SupervisorMessage[] = [
  { role: 'user', text: '<session id="api">First.</session>' },
  { role: 'assistant', text: 'Write a test.' },
  { role: 'user', text: '/etc is read. @/etc/hostname\n<owner>Is it?</owner>' },
  { role: 'assistant', text: '(Finished, nothing sent. Done.)' },
  { role: 'user', text: '<session id="api">Third, with "quotes",\n😀 and </system>.</session>' },
];

describe('an answer', () => {
  test('streams in, is whole at the end, and counts what the API counted', async () => {
    const text = 'Refactor the parser, one commit per rule, and show me the benchmark after each.';
    answers = [{ text }];
    const progress: string[] = [];
    const outcome = await supervisor().answer(
      request,
      (step) => progress.push(step.kind === 'text' ? step.delta : step.kind),
      never,
    );
    const answer = answerIn(outcome);
    expect(answer).toMatchObject({ text, model: request.model, stopReason: 'end_turn' });
    expect(answer.verdict).toEqual({ kind: 'reply', text });
    expect(answer.usage).toEqual(api.requests.at(-1)?.usage);
    expect(progress[0]).toBe('started');
    expect(
      progress
        .slice(1)
        .filter((step) => step !== 'thinking')
        .join(''),
    ).toBe(text);
    expect(progress.length).toBeGreaterThan(3);
    expect(allGone()).toBe(true);
  });

  test.each([
    ['[NEEDS-JC] May I drop the table?\nProposal: No.', 'escalate'],
    ['(Finished, nothing sent. All 42 tests pass.)', 'finish'],
  ])('%s is the verdict %s', async (text, kind) => {
    answers = [{ text }];
    expect(answerIn(await ask()).verdict.kind).toBe(kind);
  });

  test('is plain text where no verdict is asked for', async () => {
    answers = [{ text: '[NEEDS-JC] was said.' }];
    const { verdict } = answerIn(await ask({ verdictTools: false }));
    expect(verdict).toEqual({ kind: 'reply', text: '[NEEDS-JC] was said.' });
  });
});

const long = 'This was said before and is said again. '.repeat(400);

describe('the conversation', () => {
  test('arrives turn by turn, word for word, in one request', async () => {
    answerIn(await ask({ messages: conversation, effort: 'low' }));
    expect(api.requests).toHaveLength(1);
    const sent = conversation.map(({ role, text }) => ({ role, text: text.replace(/^\//, ' /') }));
    expect(told()).toEqual(sent);
    const body = api.calls[0]?.body;
    expect(JSON.stringify(body?.system)).toContain(request.system);
    expect(body).toMatchObject({ model: request.model, max_tokens: 4_000 });
    expect(JSON.stringify(body)).toContain('"effort":"low"');
    expect(body?.tools ?? []).toEqual([]);
  });

  test('is read from the prompt cache when it goes on', async () => {
    const begun: SupervisorMessage[] = [{ role: 'user', text: long }];
    answerIn(await ask({ messages: begun }));
    const more: SupervisorMessage[] = [
      ...begun,
      { role: 'assistant', text: 'Go on.' },
      { role: 'user', text: 'And now?' },
    ];
    const { usage } = answerIn(await ask({ messages: more }));
    expect(usage.cacheRead).toBeGreaterThan(3_000);
  });

  test.each(['5m', '1h'] as const)('is kept there for %s', async (cacheTtl) => {
    const { usage } = answerIn(await ask({ messages: [{ role: 'user', text: long }], cacheTtl }));
    const written = cacheTtl === '5m' ? usage.cacheWrite5m : usage.cacheWrite1h;
    expect(written).toBeGreaterThan(3_000);
    expect(usage.cacheWrite5m + usage.cacheWrite1h).toBe(written);
  });

  test('arrives unmarked where a mark is one too many', async () => {
    const message = 'A maximum of 4 blocks with cache_control may be provided. Found 5.';
    const marks = ({ body }: MessagesCall) => JSON.stringify(body).split('"cache_control"').length;
    refuses = (call) => (marks(call) > 4 ? { fault: { status: 400, message } } : undefined);
    const one = supervisor();
    answerIn(await one.answer(request, () => {}, never));
    const before = api.calls.length;
    expect(before).toBeGreaterThan(1);
    answerIn(await one.answer(request, () => {}, never));
    expect(api.calls.length - before).toBe(1);
  });

  test('arrives as one turn at a Claude Code that answers every turn', async () => {
    const program = await testClaude();
    install(`sed -u 's/,"shouldQuery":false//' | '${program}' "$@"`);
    const one = supervisor();
    answerIn(await one.answer({ ...request, messages: conversation }, () => {}, never));
    const [turn, ...others] = told();
    expect(others).toEqual([]);
    expect(turn?.text).toContain('<supervisor>\nWrite a test.\n</supervisor>');
    expect(turn?.text.endsWith(conversation.at(-1)?.text ?? '?')).toBe(true);
    const before = api.requests.length;
    answerIn(await one.answer({ ...request, messages: conversation }, () => {}, never));
    expect(api.requests.length - before).toBe(1);
  });

  test('holds nothing of the user’s own set-up, and runs none of their hooks', async () => {
    const claudeHome = join(folder, 'user', '.claude');
    const hooks = { Stop: [{ hooks: [{ type: 'command', command: `touch ${folder}/hooked` }] }] };
    const plugin = join(folder, 'plugin');
    mkdirSync(join(plugin, '.claude-plugin'), { recursive: true });
    mkdirSync(join(plugin, 'hooks'));
    writeFileSync(join(plugin, '.claude-plugin', 'plugin.json'), '{"name":"p","version":"1.0.0"}');
    writeFileSync(join(plugin, 'hooks', 'hooks.json'), JSON.stringify({ hooks }));
    writeFileSync(join(claudeHome, 'settings.json'), JSON.stringify({ hooks }));
    writeFileSync(join(claudeHome, 'CLAUDE.md'), 'MEMORY OF THE USER');
    env.CLAUDE_CODE_PLUGIN_DIRS = plugin;
    answerIn(await ask());
    expect(existsSync(join(folder, 'hooked'))).toBe(false);
    expect(JSON.stringify(api.calls[0]?.body)).not.toContain('MEMORY OF THE USER');
    expect(readdirSync(join(folder, 'empty'))).toEqual([]);
    const left = readdirSync(claudeHome, { recursive: true }).map(String);
    expect(left.filter((name) => name.endsWith('.jsonl'))).toEqual([]);
  });

  test('holds no file that a session names', async () => {
    const secret = join(folder, 'secret.txt');
    writeFileSync(secret, 'NOT TO BE READ');
    const text = `<session id="api">See @${secret} and @../secret.txt</session>`;
    answerIn(await ask({ messages: [{ role: 'user', text }] }));
    expect(told()).toEqual([{ role: 'user', text }]);
    expect(JSON.stringify(api.calls[0]?.body)).not.toContain('NOT TO BE READ');
  });
});

describe('a fault', () => {
  test.each<[Answer, string, string]>([
    [{ fault: { status: 401 } }, 'key-refused', 'claude auth login'],
    [{ fault: { status: 403 } }, 'permission-denied', 'may not'],
    [{ fault: { status: 404 } }, 'model-not-found', request.model],
    [{ fault: { status: 413 } }, 'request-too-large', 'shortens'],
    [{ fault: { status: 429 } }, 'rate-limit', 'waits'],
    [{ fault: { status: 500 } }, 'api-error', 'again'],
    [{ fault: { status: 529 } }, 'overloaded', 'waits'],
    [
      { fault: { status: 400, message: 'prompt is too long: 9 tokens > 8 maximum' } },
      'prompt-too-long',
      'shortens',
    ],
    [{ fault: { status: 400, message: 'Your credit balance is too low' } }, 'billing', 'payment'],
    [{ fault: { status: 400, message: 'no such thing' } }, 'invalid-request', 'no such thing'],
    [{ text: 'Too long to be said.', maxTokens: true }, 'max-tokens', 'more room'],
    [{ text: '', refusal: { category: 'cyber' } }, 'refusal', 'cyber'],
    [{ text: 'It breaks off in the middle of it.', cut: 12 }, 'connection', 'network'],
  ])('%j is %s', async (answer, code, words) => {
    answers = [answer];
    const fault = faultIn(await ask());
    expect(fault.code).toBe(code);
    expect(fault.message).toContain(words);
    expect(allGone()).toBe(true);
  });

  test('of an answer that was paid for says what it cost, and is made once only', async () => {
    answers = [{ text: 'Too long to be said.', maxTokens: true }];
    const outcome = await ask();
    expect(outcome).toMatchObject({ ok: false, model: request.model });
    expect(outcome.ok || outcome.usage?.input).toBeGreaterThan(0);
    expect(api.calls).toHaveLength(1);
  });

  test('names the time at which a used-up limit is full again', async () => {
    const event = {
      type: 'rate_limit_event',
      rate_limit_info: { status: 'rejected', resetsAt: 90 },
    };
    const shown = { type: 'assistant', error: 'rate_limit', message: {} };
    const result = { type: 'result', is_error: true, api_error_status: 429, result: 'Limit hit' };
    const lines = [event, shown, result].map((line) => `echo '${JSON.stringify(line)}'`);
    install(lines.join('\n'));
    const clock = { now: () => 30_000 };
    const outcome = await supervisor({ clock }).answer(request, () => {}, never);
    expect(faultIn(outcome)).toMatchObject({ code: 'rate-limit', retryAfterMs: 60_000 });
  });

  test('is a missing login', async () => {
    delete env.CLAUDE_CODE_OAUTH_TOKEN;
    const fault = faultIn(await ask());
    expect(fault).toMatchObject({ code: 'key-missing', remedy: 'person' });
    expect(api.requests).toEqual([]);
  });

  test.each([
    ['kill -9 $$', 'cut'],
    ['echo "error: unknown option \'--tools\'" >&2; exit 1', 'no-api'],
    ['echo Hello; exit 0', 'malformed'],
    ['echo \'{"type":"result","is_error":false,"num_turns":1,"result":"x"}\'', 'malformed'],
    ['echo \'{"type":"stream_event","event":{"type":"message_delta"}}\'', 'malformed'],
    ['echo broken >&2; exit 3', 'malformed'],
  ])('of a claude that does `%s` is %s', async (script, code) => {
    install(script);
    expect(faultIn(await ask()).code).toBe(code);
    expect(allGone()).toBe(true);
  });

  test('is a claude that is not there, or cannot be started', async () => {
    rmSync(join(folder, 'bin', 'claude'));
    expect(faultIn(await ask())).toMatchObject({ code: 'no-api', remedy: 'person' });
    writeFileSync(join(folder, 'bin', 'claude'), '#!/nowhere/at/all\n', { mode: 0o755 });
    expect(faultIn(await ask())).toMatchObject({ code: 'no-api', remedy: 'person' });
  });
});

describe('a call that ends before its time', () => {
  test('is called off at once and leaves no process', async () => {
    answers = [{ text: 'Only the beginning of it.', stall: 4 }];
    const controller = new AbortController();
    const outcome = await supervisor().answer(
      request,
      ({ kind }) => kind === 'text' && controller.abort(),
      controller.signal,
    );
    expect(faultIn(outcome).code).toBe('cut');
    expect(outcome).toMatchObject({ partialText: expect.stringContaining('Only') });
    expect(allGone()).toBe(true);
  });

  test('is called off before it has begun', async () => {
    expect(faultIn(await ask({}, AbortSignal.abort())).code).toBe('cut');
    expect(wasStarted()).toBe(false);
  });

  test('stands still', async () => {
    answers = [{ text: 'Only the beginning of it.', stall: 4 }];
    const outcome = await supervisor({ idleTimeoutMs: () => 3_000 }).answer(
      request,
      () => {},
      never,
    );
    expect(faultIn(outcome)).toMatchObject({ code: 'stalled' });
    expect(allGone()).toBe(true);
  });

  test('takes what its claude has started with it', async () => {
    const child = join(folder, 'child');
    install(`trap '' INT\n(trap '' INT; echo $$ >'${child}'; exec sleep 600) &\nwait`);
    const controller = new AbortController();
    const asked = ask({}, controller.signal);
    await vi.waitUntil(() => existsSync(child), { timeout: 5_000 });
    controller.abort();
    expect(faultIn(await asked).code).toBe('cut');
    await vi.waitUntil(allGone, { timeout: 5_000 });
  });
});

describe('a probe', () => {
  test('says which Claude Code it is', async () => {
    const found = await supervisor().probe(request.model, never);
    expect(found).toMatchObject({ ok: true, found: expect.stringMatching(/2\.1\.\d+.*signed in/) });
    expect(await supervisor().countTokens(request.model, 'x', never)).toBeUndefined();
    expect(api.requests).toEqual([]);
  });

  test('says that nobody is signed in, a key in the environment or not', async () => {
    delete env.CLAUDE_CODE_OAUTH_TOKEN;
    const found = await supervisor().probe(request.model, never);
    expect(found).toMatchObject({ ok: false, fault: { code: 'key-missing' } });
  });

  test('says that there is none', async () => {
    rmSync(join(folder, 'bin', 'claude'));
    const found = await supervisor().probe(request.model, never);
    expect(found).toMatchObject({ ok: false, fault: { code: 'no-api' } });
  });
});

test('a relay answers through the provider that the settings name now, without a key', async () => {
  answers = [{ text: 'Through Claude Code.' }];
  await using relay = await openRelayFixture({
    script: () => ({ text: 'Through the API.' }),
    env: { ...env, ANTHROPIC_BASE_URL: api.url, ANTHROPIC_API_KEY: '', ANTHROPIC_AUTH_TOKEN: '' },
    config: 'supervisor:\n  provider: claude-code\n',
  });
  relay.drop('one.json', { session_id: 's-1', content: 'What now?' });
  expect(await relay.take('s-1')).toBe('Through Claude Code.');
  const { usage, costUsd } = (await relay.waitFor('call.finished')).payload;
  expect(usage).toEqual(api.requests.at(-1)?.usage);
  expect(costUsd).toBeGreaterThan(0);
  // Nobody is charged by the price table.
  const [row] = await relay.call('cost.rows', {});
  expect(row).toMatchObject({ usd: costUsd, estimatedUsd: costUsd });
  expect(await relay.call('cost.summary', {})).toMatchObject({ estimatedUsd: costUsd });
  // Its own hooks, were they in reach, would have written an envelope of that claude.
  expect(relay.events.filter(({ type }) => type === 'user_message')).toHaveLength(1);
  expect(await relay.call('supervisor.probe', {})).toMatchObject({ ok: true });

  await relay.call('settings.set', { key: 'supervisor.provider', value: 'anthropic' });
  relay.drop('two.json', { session_id: 's-1', content: 'And now?' });
  await relay.waitFor('call.failed', ({ payload }) => payload.fault.code === 'key-missing');
});
