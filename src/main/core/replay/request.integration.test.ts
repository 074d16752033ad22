import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { MessagesCall } from '#demo/messages-api.ts';
import type { ConversationId, ExchangeId, SessionId } from '#shared/ids.ts';
import { openRelayFixture, type RelayFixture } from '../testing/relay-fixture.ts';

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
