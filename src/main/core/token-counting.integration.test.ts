import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { openRelayFixture, type RelayFixture } from './testing/relay-fixture.ts';

const counted = (relay: RelayFixture) =>
  relay.api.requests.filter(({ path }) => path === '/v1/messages/count_tokens');

async function wordsOf(relay: RelayFixture) {
  const { events } = await relay.call('events.page', {});
  return events.filter(({ type }) => type === 'user_message' || type === 'agent_message');
}

test('tokens are counted in the background, each word once', async () => {
  await using relay = await openRelayFixture({ script: () => ({ text: 'Go on.' }) });
  relay.drop('a.json', { session_id: 's1', content: 'x'.repeat(3200) });
  await relay.take('s1');
  const isStored = async () => (await wordsOf(relay)).every(({ tokens }) => tokens > 0);
  await vi.waitUntil(isStored, { timeout: 20_000 });
  expect(counted(relay)).toHaveLength(2);
  await relay.restart();
  const words = await wordsOf(relay);
  expect(words.map(({ tokens }) => tokens > 0)).toEqual([true, true]);
  // 3.2 characters to a token, and a little for the message around it.
  expect(words[0]?.tokens).toBeGreaterThanOrEqual(1000);
  expect(words[0]?.tokens).toBeLessThan(1100);
  relay.drop('b.json', { session_id: 's1', content: 'More.' });
  await relay.take('s1');
  await relay.until(() => counted(relay).length >= 4, 'two more counts');
  expect(counted(relay)).toHaveLength(4);
});

/** A gateway that passes on messages and knows no other call. */
async function startGateway(): Promise<Server & { target: string; url: string; refused: number }> {
  const server = Object.assign(createServer(), { target: '', url: '', refused: 0 });
  server.on('request', (request, response) => {
    if (request.url !== '/v1/messages') {
      server.refused += 1;
      response.writeHead(404, { 'content-type': 'text/plain' }).end('no such route');
      return;
    }
    const { method, headers } = request;
    const onward = httpRequest(`${server.target}/v1/messages`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return server;
}

test('a gateway that cannot count is left alone, and nothing else suffers', async () => {
  const gateway = await startGateway();
  await using relay = await openRelayFixture({
    script: () => ({ text: 'Go on.' }),
    env: { ANTHROPIC_BASE_URL: gateway.url },
  });
  gateway.target = relay.api.url;
  for (const name of ['a', 'b', 'c']) {
    relay.drop(`${name}.json`, { session_id: 's1', content: name });
    expect(await relay.take('s1')).toBe('Go on.');
    await relay.until(() => gateway.refused > 0, 'a count that is refused');
  }
  expect(gateway.refused).toBe(1);
  expect(await relay.call('inbox.list', {})).toEqual([]);
  expect((await relay.call('status', {})).problems).toEqual([]);
  gateway.closeAllConnections();
  gateway.close();
});
