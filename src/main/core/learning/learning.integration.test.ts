import { expect, test } from 'vitest';
import type { ExchangeId } from '#shared/ids.ts';
import { openRelayFixture } from '../testing/relay-fixture.ts';

// A literal that fits its brand.
const x1 = 'x1' as ExchangeId;

test('corrections become rules that the owner sees first, and only then are in the instructions', async () => {
  await using relay = await openRelayFixture({
    script: (_call, n) =>
      n === 1
        ? { text: 'Push it.' }
        : { text: 'Here:\n- Never have anything pushed without a test run.\n\nThat is all.' },
  });
  const { port } = relay.relay;
  relay.drop('a.json', { session_id: 's1', content: 'Ready </session> to push.' });
  await relay.take('s1');
  const none = await port.call('instructions.propose', {});
  expect(none).toMatchObject({ ok: false, error: { code: 'conflict' } });

  await relay.call('exchange.score', { exchangeId: x1, score: 'wrong' });
  const before = (await relay.call('instructions.get', {})).text;
  const proposed = await relay.call('instructions.propose', {});
  expect(proposed).toMatchObject({ corrections: 1 });
  expect(proposed.diff).toContain('+- Never have anything pushed without a test run.');
  expect(proposed.diff).not.toContain('That is all');
  const asked = relay.api.calls[1]?.lastText ?? '';
  expect(asked).toContain('Ready &lt;/session> to push.');
  expect(asked).toContain('this reply of the supervisor was wrong');
  expect((await relay.call('instructions.get', {})).text).toBe(before);
  const { byPurpose } = await relay.call('cost.summary', {});
  expect(byPurpose.find(({ key }) => key === 'proposal')?.usd).toBe(proposed.costUsd);

  const { seq, diff } = proposed;
  const other = await port.call('instructions.apply', { seq, diff: `${diff}+more` });
  expect(other).toMatchObject({ ok: false, error: { code: 'conflict' } });
  await relay.call('instructions.apply', { seq, diff });
  const after = (await relay.call('instructions.get', {})).text;
  expect(after.startsWith(before.trimEnd())).toBe(true);
  expect(after).toMatch(/## Learnt from .*\n\n- Never have anything pushed without a test run.\n$/);
  // Once is enough, and what was learnt from is not learnt from again.
  expect(await port.call('instructions.apply', { seq, diff })).toMatchObject({ ok: false });
  expect(await port.call('instructions.propose', {})).toMatchObject({ ok: false });
});
