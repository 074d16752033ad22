import { expect, test } from 'vitest';
import { openRelayFixture } from '../testing/relay-fixture.ts';

/** What one call sends of tools, and what Relay reckons the call at. */
async function oneCall(config: string) {
  await using relay = await openRelayFixture({
    ...{ script: () => ({ text: 'Go on.' }), instructions: 'Be brief.', config },
  });
  relay.drop('a.json', { session_id: 's1', content: 'Done.', cwd: relay.root });
  await relay.take('s1');
  return {
    toolsCharacters: JSON.stringify(relay.api.calls[0]?.body.tools ?? []).length,
    estimated: relay.of('call.started')[0]?.payload.estimatedTokens ?? 0,
  };
}

test('the tools that go with a call are part of what it is reckoned at', async () => {
  const bare = await oneCall('tools:\n  enabled: false\n');
  const full = await oneCall('');
  const more = full.toolsCharacters - bare.toolsCharacters;
  expect(more).toBeGreaterThan(4000);
  // Four bytes to a token, as everywhere where nothing better is known.
  expect(full.estimated - bare.estimated).toBeGreaterThan(more / 4 - 50);
  expect(full.estimated - bare.estimated).toBeLessThan(more / 4 + 50);
  expect(bare.estimated).toBeGreaterThan(bare.toolsCharacters / 4);
});
