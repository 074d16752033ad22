import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { MessagesCall } from '#demo/messages-api.ts';
import type { ConversationId, ExchangeId, ItemId, SessionId } from '#shared/ids.ts';
import { openRelayFixture, type RelayFixture } from '../testing/relay-fixture.ts';
import { speakerOf } from '../testing/spoken.ts';

// Literals that fit their brands.
const exchange = (id: string) => id as ExchangeId;
const s1 = 's1' as SessionId;
const conversationId = 'default' as ConversationId;

const asJson = (value: unknown) => JSON.parse(JSON.stringify(value));
/** What was received, but for what is thought between two uses of tools. */
const withoutThinking = (call: MessagesCall | undefined) =>
  asJson({
    ...call?.body,
    messages: call?.body.messages.map(({ role, content }) => ({
      role,
      content: Array.isArray(content)
        ? content.filter(({ type }) => !/thinking/.test(type))
        : content,
    })),
  });
const summaryModel = 'claude-haiku-5-5';
const refusal = { refusal: { category: null } };
const agreed = ['system', 'messages', 'tools', 'aside'].map((name) => ({ name, agrees: true }));

async function say(relay: RelayFixture, content: string): Promise<void> {
  relay.drop(`${content}.json`, { session_id: 's1', content });
  await relay.take('s1');
}

test('is, value for value, what the API received, whatever was said and set since', async () => {
  await using relay = await openRelayFixture({
    script: (_call, n) => ({ text: `Answer ${n}.` }),
    config: 'supervisor:\n  effort: high\n  cacheTtl: 1h\n',
  });
  await say(relay, 'One.');
  await relay.call('session.setBrief', { sessionId: s1, text: 'The first brief.' });
  const { factId } = await relay.call('facts.pin', { conversationId, text: 'A fact.' });
  await say(relay, 'Two.');
  await relay.call('session.setBrief', { sessionId: s1, text: 'Another.' });
  await relay.call('facts.unpin', { factId });
  await relay.call('instructions.set', { text: 'New instructions.' });
  await relay.call('settings.set', { key: 'supervisor.effort', value: 'low' });
  await relay.call('settings.set', { key: 'supervisor.cacheTtl', value: '5m' });
  await relay.call('settings.set', { key: 'supervisor.model', value: 'claude-haiku-5-5' });
  await say(relay, 'Three.');
  for (const [index, call] of relay.api.calls.entries()) {
    const made = await relay.call('exchange.request', { exchangeId: exchange(`x${index + 1}`) });
    expect(asJson(made.body)).toEqual(call.body);
    expect(made).toMatchObject({ provider: 'anthropic', parts: agreed, lacksThinking: false });
  }
});

test('is that of each call of an answer that used tools, with what they had brought', async () => {
  await using relay = await openRelayFixture({
    script: (_call, n) => {
      if (n === 1) return { text: 'I look.', tool: 'read_file', input: { path: 'a.txt' } };
      if (n === 2) return { tool: 'read_file', input: { path: 'none.txt' } };
      return { text: 'Go on.' };
    },
  });
  const cwd = path.join(relay.root, 'project');
  mkdirSync(cwd);
  writeFileSync(path.join(cwd, 'a.txt'), 'Here.');
  relay.drop('a.json', { session_id: 's1', content: 'One.', cwd });
  await relay.take('s1');
  const calls = relay.of('call.started').map(({ payload }) => payload.callId);
  expect(calls).toHaveLength(3);
  for (const [index, callId] of calls.entries()) {
    const made = await relay.call('exchange.request', { exchangeId: exchange('x1'), callId });
    expect(asJson(made.body)).toEqual(withoutThinking(relay.api.calls[index]));
    expect(made).toMatchObject({ callId, parts: agreed, lacksThinking: index > 0 });
  }
});

test('names the one it was for, where another had spoken since', async () => {
  let isMended = false;
  await using relay = await openRelayFixture({
    script: (call) => (isMended || speakerOf(call) === 's2' ? { text: 'Go on.' } : refusal),
  });
  relay.drop('a.json', { session_id: 's1', content: 'One.' });
  await relay.waitFor('item.opened');
  relay.drop('b.json', { session_id: 's2', content: 'Two.' });
  await relay.take('s2');
  isMended = true;
  await relay.call('inbox.approve', { itemId: 'i1' as ItemId, via: 'inbox' });
  await relay.take('s1');
  const sent = relay.api.calls.at(-1);
  expect(JSON.stringify(sent?.body)).toContain('Your answer goes to s1.');
  const made = await relay.call('exchange.request', { exchangeId: exchange('x1') });
  expect(asJson(made.body)).toEqual(sent?.body);
  expect(made.parts).toEqual(agreed);
  // Run again, it goes to the same.
  await relay.call('exchange.replay', { exchangeId: exchange('x1') });
  expect(JSON.stringify(relay.api.calls.at(-1)?.body)).toContain('Your answer goes to s1.');
});

test('is that of a summary, too, each with the one before it', async () => {
  await using relay = await openRelayFixture({
    script: ({ body }, n) => ({ text: body.model === summaryModel ? `All well ${n}.` : 'Go on.' }),
    config: 'conversation:\n  budgetTokens: 4400\n  verbatimTurns: 1\ntools:\n  enabled: false\n',
    instructions: 'You are the supervisor. Be brief.',
  });
  // Two sessions speak at once, so that words wait and get a later place than their number says.
  for (let n = 0; n < 12; n += 1) {
    const content = `Round ${n}. ${'words '.repeat(200)}`;
    relay.drop(`${n}a.json`, { session_id: 's1', content });
    relay.drop(`${n}b.json`, { session_id: 's2', content });
    await Promise.all([relay.take('s1'), relay.take('s2')]);
  }
  const calls = relay.of('call.started');
  const summaries = calls.filter(({ payload }) => payload.purpose === 'summary');
  expect(summaries.length).toBeGreaterThan(1);
  const sent = relay.api.calls.map(({ body }) => body);
  for (const { exchangeId, payload } of calls) {
    if (!exchangeId) expect.fail('a call of nothing');
    const { callId, purpose } = payload;
    const made = await relay.call('exchange.request', { exchangeId, callId });
    expect(made.parts, `${callId}: ${purpose}`).toEqual(agreed);
    expect(sent).toContainEqual(asJson(made.body));
  }
});

test('says which part is not what was sent', async () => {
  await using relay = await openRelayFixture({ script: () => ({ text: 'Go on.' }) });
  relay.drop('a.json', { session_id: 's1', content: 'One. '.repeat(1000), cwd: relay.root });
  await relay.take('s1');
  await relay.call('settings.set', { key: 'tools.enabled', value: false });
  await relay.call('settings.set', { key: 'conversation.capCharacters', value: 2000 });
  await relay.call('instructions.set', { text: 'Be brief.' });
  const made = await relay.call('exchange.request', { exchangeId: exchange('x1') });
  const wrong = made.parts.filter(({ agrees }) => !agrees).map(({ name }) => name);
  expect(wrong).toEqual(['messages', 'tools']);
  expect(asJson(made.body)).not.toEqual(relay.api.calls[0]?.body);
});

test('of what was never asked there is none', async () => {
  await using relay = await openRelayFixture({ script: () => ({ text: 'Go on.' }) });
  const result = await relay.relay.port.call('exchange.request', { exchangeId: exchange('x7') });
  expect(result).toMatchObject({ ok: false, error: { code: 'not-found' } });
});
