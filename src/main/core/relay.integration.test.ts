import { expect, test } from 'vitest';
import { openRelayFixture } from './testing/relay-fixture.ts';

test('an envelope is answered and the answer lies in input.txt', async () => {
  await using relay = await openRelayFixture({ script: () => ({ text: 'Run the tests again.' }) });
  relay.drop('a.json', { session_id: 'session-1', content: 'All 42 tests pass.', cwd: '/tmp' });
  expect(await relay.take('session-1')).toBe('Run the tests again.');
  const status = await relay.call('status', {});
  expect(status).toMatchObject({ state: 'idle', queued: 0, sessions: 1, inbox: 0 });
  expect(status.todayUsd).toBeGreaterThan(0);
});
