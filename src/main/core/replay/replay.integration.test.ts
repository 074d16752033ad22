import { expect, test } from 'vitest';
import type { MessagesCall } from '#demo/messages-api.ts';
import type { ConversationId, ExchangeId, SessionId } from '#shared/ids.ts';
import { openRelayFixture } from '../testing/relay-fixture.ts';

// Literals that fit their brands.
const exchange = (id: string) => id as ExchangeId;
const s1 = 's1' as SessionId;
const conversationId = 'default' as ConversationId;

/** What a request says, without what only the cache sees. */
const said = (call: MessagesCall | undefined) =>
  JSON.parse(
    JSON.stringify({ system: call?.body.system, messages: call?.body.messages }, (key, value) =>
      key === 'cache_control' ? undefined : value,
    ),
  );

test('the very request of then, whatever has been said and set since', async () => {
  await using relay = await openRelayFixture({ script: (_call, n) => ({ text: `Answer ${n}.` }) });
  const say = async (content: string) => {
    relay.drop(`${content}.json`, { session_id: 's1', content });
    await relay.take('s1');
  };
  await say('One.');
  await relay.call('session.setBrief', { sessionId: s1, text: 'The first brief.' });
  const { factId } = await relay.call('facts.pin', { conversationId, text: 'A fact.' });
  await say('Two.');
  await relay.call('session.setBrief', { sessionId: s1, text: 'Another.' });
  await relay.call('facts.unpin', { factId });
  await relay.call('instructions.set', { text: 'New instructions.' });
  await say('Three.');
  const before = relay.events.length;
  const words = relay.events.filter(({ type }) => /message|dispatch|exchange/.test(type)).length;

  const replayed = await relay.call('exchange.replay', { exchangeId: exchange('x2') });
  expect(said(relay.api.calls[3])).toEqual(said(relay.api.calls[1]));
  expect(replayed.original).toMatchObject({ text: 'Answer 2.', verdict: { kind: 'reply' } });
  expect(replayed.replay).toMatchObject({ text: 'Answer 4.', verdict: { kind: 'reply' } });
  expect(replayed.replay.costUsd).toBeGreaterThan(0);

  await relay.waitFor('replay.made');
  expect(relay.events.slice(before).map(({ type }) => type)).toEqual(['replay.made']);
  expect(relay.events.filter(({ type }) => /message|dispatch|exchange/.test(type))).toHaveLength(
    words,
  );
  const { byPurpose, totalUsd, todayUsd } = await relay.call('cost.summary', {});
  expect(byPurpose.find(({ key }) => key === 'replay')?.usd).toBe(replayed.replay.costUsd);
  expect(todayUsd).toBeCloseTo(totalUsd, 9);
});

test('with another model, brief and instructions; a verdict changes nothing', async () => {
  await using relay = await openRelayFixture({
    script: (_call, n) =>
      n === 1 ? { text: 'Go on.' } : { text: '[NEEDS-JC] May it?\nProposal: Yes.' },
  });
  relay.drop('a.json', { session_id: 's1', content: 'One.' });
  await relay.take('s1');
  const changed = { model: 'claude-haiku-4-5', instructions: 'Ask.', brief: 'Be careful.' };
  const result = await relay.call('exchange.replay', { exchangeId: exchange('x1'), ...changed });
  expect(result.replay.verdict).toMatchObject({ kind: 'escalate', question: 'May it?' });
  const { body } = relay.api.calls[1] ?? {};
  expect(body?.model).toBe('claude-haiku-4-5');
  expect(JSON.stringify(body?.system)).toContain('Ask.');
  expect(JSON.stringify(body?.messages)).toContain('Be careful.');
  expect(await relay.call('inbox.list', {})).toEqual([]);
});

test('an exchange that used tools is asked again with what it had looked up', async () => {
  await using relay = await openRelayFixture({
    script: (_call, n) =>
      n === 1 ? { tool: 'remember', input: { text: 'It is 8080.' } } : { text: 'Go on.' },
  });
  relay.drop('a.json', { session_id: 's1', content: 'One.' });
  await relay.take('s1');
  await relay.call('exchange.replay', { exchangeId: exchange('x1') });
  expect(JSON.stringify(relay.api.calls[2]?.body.messages)).toMatch(
    /One\..*tool_call.*tool_response/,
  );
  expect(relay.api.calls[2]?.body.tools?.map(({ name }) => name)).toEqual(['escalate', 'finish']);
  expect(relay.of('fact.pinned')).toHaveLength(1);
});

test('nothing is asked while paused, of what never was, and a fault is a sentence', async () => {
  await using relay = await openRelayFixture({
    script: (_call, n) => (n === 1 ? { text: 'Go on.' } : { fault: { status: 529 } }),
  });
  relay.drop('a.json', { session_id: 's1', content: 'One.' });
  await relay.take('s1');
  const replay = (id: string) =>
    relay.relay.port.call('exchange.replay', { exchangeId: exchange(id) });
  expect(await replay('x7')).toMatchObject({ ok: false, error: { code: 'not-found' } });
  expect(await replay('x1')).toMatchObject({ ok: false, error: { code: 'unavailable' } });
  await relay.call('relay.pause', { via: 'inbox' });
  const paused = await replay('x1');
  expect(paused.ok ? '' : paused.error.message).toContain('paused');
  expect(relay.api.calls).toHaveLength(2);
});
