import { expect, test } from 'vitest';
import type { ExchangeId, ItemId, SessionId } from '#shared/ids.ts';
import { openRelayFixture, type RelayFixture } from './testing/relay-fixture.ts';

// Literals that fit their brands.
const exchange = (id: string) => id as ExchangeId;
const item = (id: string) => id as ItemId;
const s1 = 's1' as SessionId;
const say = (content: string) => ({ session_id: 's1', content });

async function total(relay: RelayFixture) {
  return (await relay.call('stats.summary', {})).total;
}

test('a wrong reply and a needless escalation are counted where they happened, and taken back', async () => {
  await using relay = await openRelayFixture({
    script: (_call, n) => ({ text: n === 2 ? '[NEEDS-JC] May it?\nProposal: Yes.' : 'Go on.' }),
  });
  relay.drop('a.json', say('One.'));
  await relay.take('s1');
  relay.drop('b.json', say('Two.'));
  await relay.waitFor('item.opened');
  await relay.call('inbox.approve', { itemId: item('i1'), via: 'inbox' });
  await relay.take('s1');
  expect(await total(relay)).toMatchObject({ replies: 2, escalations: 1, wrongRate: 0 });

  await relay.call('exchange.score', { exchangeId: exchange('x1'), score: 'wrong' });
  await relay.call('exchange.score', { exchangeId: exchange('x2'), score: 'needless' });
  expect(await total(relay)).toMatchObject({ wrongRate: 0.5, needlessRate: 1 });
  const { bySession, byModel, byDay } = await relay.call('stats.summary', {});
  expect(bySession).toMatchObject([{ key: 's1', repliesWrong: 1, escalationsNeedless: 1 }]);
  expect(byModel).toMatchObject([{ key: expect.stringContaining('claude'), replies: 2 }]);
  expect(byDay).toHaveLength(1);
  expect(await relay.call('stats.rows', {})).toMatchObject([{ session: 's1', replies: 2 }]);

  await relay.call('exchange.score', { exchangeId: exchange('x1'), score: 'fine' });
  expect(await total(relay)).toMatchObject({ repliesWrong: 0, repliesFine: 1 });
  await relay.call('exchange.score', { exchangeId: exchange('x1'), score: null });
  await relay.call('exchange.score', { exchangeId: exchange('x2'), score: null });
  expect(await total(relay)).toMatchObject({
    ...{ repliesWrong: 0, repliesFine: 0, escalationsNeedless: 0, replies: 2 },
  });

  const refused = async (id: string, score: 'needless' | 'wrong' | null) => {
    const input = { exchangeId: exchange(id), score };
    const result = await relay.relay.port.call('exchange.score', input);
    return result.ok ? '' : result.error.message;
  };
  expect(await refused('x1', 'needless')).toBe('x1 did not call you.');
  expect(await refused('x9', 'wrong')).toBe('There is no exchange x9. See: relay tail');
  expect(await refused('x1', null)).toContain('no score');
});

test('drafts approved, edited and thrown away; the supervisor learns what was sent', async () => {
  await using relay = await openRelayFixture({
    config: 'autonomy: draft\n',
    script: (_call, n) => ({ text: `Draft ${n}.` }),
  });
  const drafted = async (name: string, itemId: string) => {
    relay.drop(`${name}.json`, say(name));
    await relay.waitFor('item.opened', ({ payload }) => payload.itemId === itemId);
  };
  await drafted('one', 'i1');
  await relay.call('inbox.approve', { itemId: item('i1'), via: 'inbox' });
  expect(await relay.take('s1')).toBe('Draft 1.');
  await drafted('two', 'i2');
  await relay.call('inbox.approve', { itemId: item('i2'), text: 'Better.', via: 'inbox' });
  expect(await relay.take('s1')).toBe('Better.');
  await drafted('three', 'i3');
  await relay.call('inbox.dismiss', { itemId: item('i3'), via: 'inbox' });
  await drafted('four', 'i4');
  await relay.call('session.send', { sessionId: s1, text: 'By hand.', via: 'inbox' });
  expect(await relay.take('s1')).toBe('By hand.');

  expect(relay.of('draft.edited').map(({ payload }) => payload)).toEqual([
    { itemId: 'i2', before: 'Draft 2.', after: 'Better.' },
    { itemId: 'i4', before: 'Draft 4.', after: 'By hand.' },
  ]);
  expect(await total(relay)).toMatchObject({
    ...{ draftsApproved: 1, draftsEdited: 2, draftsDropped: 1, replies: 0 },
  });
  expect(relay.api.calls[2]?.lastText).toContain('The owner changed your draft');
  expect(relay.api.calls[2]?.lastText).toContain('Better.');
});

test('only a draft can be approved with other words', async () => {
  await using relay = await openRelayFixture({ script: () => ({ text: '[NEEDS-JC] May it?' }) });
  relay.drop('a.json', say('One.'));
  await relay.waitFor('item.opened');
  const input = { itemId: item('i1'), text: 'Other.', via: 'inbox' } as const;
  const result = await relay.relay.port.call('inbox.approve', input);
  expect(result).toMatchObject({ ok: false, error: { code: 'conflict' } });
});
