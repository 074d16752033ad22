import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Answer, startMessagesApi } from '#demo/messages-api.ts';
import type { ItemId, SessionId } from '#shared/ids.ts';
import { openRelayFixture, type RelayFixture } from './testing/relay-fixture.ts';
import { quickFaults, speakerOf } from './testing/spoken.ts';

const said = (id: string, content = `I am ${id}.`, cwd?: string) => ({
  session_id: id,
  content,
  ...(cwd ? { cwd } : {}),
});
const goOn: Answer = { text: 'Go on.' };

/** Fails until it is mended. */
function failing(fault: Answer) {
  const api = { isMended: false, script: () => (api.isMended ? goOn : fault) };
  return api;
}

const faultsOf = (relay: RelayFixture) =>
  relay.of('call.failed').map(({ payload }) => payload.fault);

describe('what passes by itself is tried again, visibly, until it is right', () => {
  test.each<[string, Answer, string]>([
    ['rate limit', { fault: { status: 429 } }, 'rate-limit'],
    ['server error', { fault: { status: 500 } }, 'api-error'],
    ['overloaded', { fault: { status: 529 } }, 'overloaded'],
    ['a proxy’s own words', { fault: { status: 502, nonJson: '<h1>Bad</h1>' } }, 'api-error'],
    [
      'an error in the stream',
      { sseError: { type: 'overloaded_error', message: 'x' } },
      'overloaded',
    ],
    ['a stalled stream', { text: 'x'.repeat(99), stall: 30 }, 'stalled'],
    ['a cut stream', { text: 'x'.repeat(99), cut: 30 }, 'cut'],
    ['a stream that ends early', { text: 'x'.repeat(99), endEarly: 30 }, 'cut'],
    ['a garbled stream', { text: 'x'.repeat(99), malformed: true, afterChars: 30 }, 'malformed'],
  ])('%s', async (_name, fault, code) => {
    const api = failing(fault);
    await using relay = await openRelayFixture({
      script: api.script,
      // Short only where a stream stalls: a slow machine must not look like one.
      config: `${quickFaults}supervisor:\n  idleTimeoutSeconds: ${code === 'stalled' ? 0.3 : 30}\n`,
    });
    relay.drop('a.json', said('s1'));
    await relay.waitFor('call.failed');
    expect(faultsOf(relay)[0]).toMatchObject({ code, remedy: 'wait' });
    const { queued, waiting } = await relay.call('status', {});
    expect(queued).toBe(1);
    // It waits, or has just begun again.
    if (waiting.length > 0) expect(waiting[0]?.reason).toBe(faultsOf(relay)[0]?.message);
    api.isMended = true;
    expect(await relay.take('s1')).toBe('Go on.');
    expect(relay.of('dispatch.queued')).toHaveLength(1);
    expect(await relay.call('status', {})).toMatchObject({ queued: 0, waiting: [] });
  });

  test('not before the server’s own retry-after', async () => {
    await using relay = await openRelayFixture({
      script: (_call, n) => (n === 1 ? { fault: { status: 429, retryAfterSeconds: 1 } } : goOn),
      config: quickFaults,
    });
    relay.drop('a.json', said('s1'));
    const failed = await relay.waitFor('call.failed');
    expect(failed.payload.retryAt).toBeGreaterThanOrEqual(failed.at + 950);
    const { waiting } = await relay.call('status', {});
    expect(waiting).toMatchObject([{ sessionId: 's1', retryAt: failed.payload.retryAt }]);
    expect(waiting[0]?.reason).toContain('rate limit');
    await relay.take('s1');
    const again = relay.of('call.started')[1];
    expect(again?.at).toBeGreaterThanOrEqual(failed.payload.retryAt ?? Infinity);
  });

  test('an outage is told after a while, and settled when it is over', async () => {
    const api = failing({ fault: { status: 529 } });
    await using relay = await openRelayFixture({ script: api.script, config: quickFaults });
    relay.drop('a.json', said('s1'));
    await relay.waitFor('item.opened');
    expect(await relay.call('inbox.list', {})).toMatchObject([
      { kind: 'fault', code: 'overloaded', holds: false },
    ]);
    api.isMended = true;
    await relay.take('s1');
    expect(relay.of('item.settled')[0]?.payload).toMatchObject({ how: 'mended', via: null });
    expect(await relay.call('inbox.list', {})).toEqual([]);
  });

  test('a wait survives a restart', async () => {
    const api = failing({ fault: { status: 529 } });
    await using relay = await openRelayFixture({ script: api.script, config: quickFaults });
    relay.drop('a.json', said('s1'));
    await relay.waitFor('call.failed');
    await relay.relay.stop();
    api.isMended = true;
    await relay.start();
    expect(await relay.take('s1')).toBe('Go on.');
  });

  test('an API that cannot be reached at all', async () => {
    await using relay = await openRelayFixture({ script: () => goOn, config: quickFaults });
    await relay.api.close();
    relay.drop('a.json', said('s1'));
    const failed = await relay.waitFor('call.failed');
    expect(failed.payload.fault).toMatchObject({ code: 'connection', remedy: 'wait' });
    const { url, key } = relay.api;
    const port = Number(new URL(url).port);
    const back = await startMessagesApi({ port, key, script: () => goOn });
    expect(await relay.take('s1')).toBe('Go on.');
    await back.close();
  });
});

describe('what a person must mend holds everything, in one item, and goes on by itself', () => {
  test.each<[string, Answer, string]>([
    ['401', { fault: { status: 401 } }, 'key-refused'],
    ['402', { fault: { status: 402 } }, 'billing'],
    ['403', { fault: { status: 403 } }, 'permission-denied'],
    ['404 of the model', { fault: { status: 404, message: 'model: x' } }, 'model-not-found'],
    [
      'no credit',
      { fault: { status: 400, message: 'Your credit balance is too low to access the API.' } },
      'billing',
    ],
    [
      'the spend limit',
      { fault: { status: 429, errorCode: 'enforced_spend_limit_reached' } },
      'spend-limit',
    ],
  ])('%s', async (_name, fault, code) => {
    const api = failing(fault);
    await using relay = await openRelayFixture({ script: api.script, config: quickFaults });
    relay.drop('a.json', said('s1', 'one', '/tmp'));
    await relay.waitFor('item.opened');
    relay.drop('b.json', said('s2', 'two', '/usr'));
    await relay.waitFor('exchange.opened', ({ sessionId }) => sessionId === 's2');
    expect(await relay.call('inbox.list', {})).toMatchObject([{ kind: 'fault', code }]);
    const { state, queued, waiting } = await relay.call('status', {});
    expect({ state, queued }).toEqual({ state: 'needs-owner', queued: 2 });
    const [item] = await relay.call('inbox.list', {});
    for (const one of waiting) expect(one.reason).toBe(item?.summary);
    // It is tried now and then, one call at a time.
    await relay.until(() => relay.of('call.failed').length >= 2, 'the next try');
    api.isMended = true;
    for (const id of ['s1', 's2']) expect(await relay.take(id)).toBe('Go on.');
    expect(relay.of('item.opened')).toHaveLength(1);
    expect(relay.of('item.settled')[0]?.payload).toMatchObject({ how: 'mended', via: null });
    const tries = relay.of('call.failed').map(({ payload }) => payload.fault.code);
    expect(new Set(tries)).toEqual(new Set([code]));
  });

  test('a new key in .env is used at once', async () => {
    await using relay = await openRelayFixture({ script: () => goOn, secretsInHome: true });
    const dotEnv = (key: string) => {
      const lines = `ANTHROPIC_API_KEY=${key}\nANTHROPIC_BASE_URL=${relay.api.url}\n`;
      const file = path.join(relay.root, '.env');
      writeFileSync(`${file}.new`, `${lines}RELAY_NTFY_ENABLED=false\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    };
    await relay.relay.stop();
    dotEnv('sk-ant-api03-wrong');
    await relay.start();
    relay.drop('a.json', said('s1'));
    await relay.waitFor('item.opened', ({ payload }) => payload.code === 'key-refused');
    dotEnv(relay.api.key);
    // The next try by itself would be five minutes later.
    expect(await relay.take('s1')).toBe('Go on.');
    expect(await relay.call('inbox.list', {})).toEqual([]);
  });

  test('without a key nothing is sent; one that is set goes on', async () => {
    await using relay = await openRelayFixture({ script: () => goOn, secretsInHome: true });
    await relay.relay.stop();
    const rest = `ANTHROPIC_BASE_URL=${relay.api.url}\nRELAY_NTFY_ENABLED=false\n`;
    writeFileSync(path.join(relay.root, '.env'), rest, { mode: 0o600 });
    await relay.start();
    relay.drop('a.json', said('s1'));
    await relay.waitFor('item.opened', ({ payload }) => payload.code === 'key-missing');
    expect(relay.api.requests).toEqual([]);
    await relay.call('secret.set', { name: 'ANTHROPIC_API_KEY', value: relay.api.key });
    expect(await relay.take('s1')).toBe('Go on.');
  });

  test('a key that was mended while no relay ran is tried at the start', async () => {
    const api = failing({ fault: { status: 401 } });
    await using relay = await openRelayFixture({ script: api.script });
    relay.drop('a.json', said('s1'));
    await relay.waitFor('item.opened');
    await relay.relay.stop();
    api.isMended = true;
    await relay.start();
    expect(await relay.take('s1')).toBe('Go on.');
  });
});

describe('what only concerns one exchange asks the owner about it', () => {
  test.each<[string, Answer, string]>([
    ['a refusal', { refusal: { category: 'cyber' } }, 'refusal'],
    ['an answer without a word', { text: '' }, 'empty'],
    ['400', { fault: { status: 400, message: 'messages: something is odd' } }, 'invalid-request'],
  ])('%s', async (_name, fault, code) => {
    let isMended = false;
    await using relay = await openRelayFixture({
      script: (call) => (isMended || speakerOf(call) !== 's1' ? goOn : fault),
    });
    relay.drop('a.json', said('s1'));
    await relay.waitFor('item.opened');
    expect(await relay.call('inbox.list', {})).toMatchObject([
      { kind: 'fault', code, sessionId: 's1', holds: true },
    ]);
    relay.drop('b.json', said('s2'));
    expect(await relay.take('s2')).toBe('Go on.');
    isMended = true;
    await relay.call('inbox.approve', { itemId: 'i1' as ItemId, via: 'inbox' });
    expect(await relay.take('s1')).toBe('Go on.');
    // The last word in the conversation was the supervisor's own, to the other session.
    expect(relay.api.calls.at(-1)?.lastText).toContain('session s1 have not been answered yet');
  });

  test('the owner’s own answer takes its place', async () => {
    await using relay = await openRelayFixture({ script: () => ({ refusal: { category: null } }) });
    relay.drop('a.json', said('s1'));
    await relay.waitFor('item.opened');
    const sessionId = 's1' as SessionId;
    await relay.call('session.send', { sessionId, text: 'Leave it.', via: 'cli' });
    expect(await relay.take('s1')).toBe('Leave it.');
    expect(await relay.call('status', {})).toMatchObject({ queued: 0, inbox: 0 });
  });

  test('a refusal that was not billed costs nothing', async () => {
    await using relay = await openRelayFixture({
      script: () => ({ text: '', refusal: { category: null } }),
    });
    relay.drop('a.json', said('s1'));
    await relay.waitFor('item.opened');
    expect((await relay.call('status', {})).todayUsd).toBe(0);
  });
});

describe('what did not fit is made to fit', () => {
  test('an answer cut short gets more room, twice, then the owner is asked', async () => {
    await using relay = await openRelayFixture({
      script: () => ({ text: 'x'.repeat(500), maxTokens: true }),
      config: 'supervisor:\n  maxTokens: 1000\n',
    });
    relay.drop('a.json', said('s1'));
    await relay.waitFor('item.opened', ({ payload }) => payload.code === 'max-tokens');
    expect(relay.api.calls.map(({ body }) => body.max_tokens)).toEqual([1000, 2000, 4000]);
    expect((await relay.call('status', {})).todayUsd).toBeGreaterThan(0);
  });

  test.each<[string, Answer]>([
    ['400', { fault: { status: 400, message: 'prompt is too long: 2 tokens > 1 maximum' } }],
    ['413', { fault: { status: 413 } }],
    ['at the end', { text: 'x', contextExceeded: true }],
  ])('a prompt that is too long is made shorter (%s)', async (_name, fault) => {
    const most = 60_000;
    await using relay = await openRelayFixture({
      script: (call) => (JSON.stringify(call.body).length > most ? fault : goOn),
      instructions: 'Be brief.',
    });
    relay.drop('a.json', said('s1', 'long words '.repeat(20_000)));
    expect(await relay.take('s1')).toBe('Go on.');
    const sizes = relay.api.calls.map(({ body }) => JSON.stringify(body).length);
    expect(sizes.length).toBeGreaterThan(1);
    for (const [index, size] of sizes.entries()) {
      if (index > 0) expect(size).toBeLessThan(sizes[index - 1] ?? 0);
    }
    expect(relay.of('item.opened')).toEqual([]);
  });
});
