import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ItemId, SessionId } from '#shared/ids.ts';
import { openRelayFixture } from './testing/relay-fixture.ts';
import { speakerOf } from './testing/spoken.ts';

interface Told {
  path: string;
  title: string;
  body: string;
}

let told: Told[];
let url: string;
let close: () => void;

beforeEach(async () => {
  told = [];
  const server = createServer(async (request, response) => {
    // The relay also listens for the owner's answers; here there are none.
    if (request.method !== 'POST') {
      response.writeHead(200).flushHeaders();
      return;
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    told.push({ path: request.url ?? '', title: String(request.headers.title), body });
    response.writeHead(200).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server that listens has an address object.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => {
    server.closeAllConnections();
    server.close();
  };
});
afterEach(() => close());

const open = (config = '') =>
  openRelayFixture({
    script: (call) => ({ text: `[NEEDS-JC] May ${speakerOf(call)} go on?\nProposal: Yes.` }),
    env: { RELAY_NTFY_ENABLED: 'true', RELAY_NTFY_SERVER: url, RELAY_NTFY_TOPIC: 'my-topic' },
    config,
  });

test('each item is told once, also over a restart', async () => {
  await using relay = await open();
  relay.drop('a.json', { session_id: 's1', content: 'x', title: 'api-server' });
  await relay.waitFor('notification.sent');
  expect(told).toMatchObject([{ path: '/my-topic', title: 'api-server' }]);
  expect(told[0]?.body).toContain('May s1 go on?');
  expect(told[0]?.body).toContain('Proposal: Yes.');
  await relay.restart();
  relay.drop('b.json', { session_id: 's2', content: 'x' });
  await relay.until(() => relay.of('notification.sent').length === 2, 'the second');
  expect(told.map(({ title }) => title)).toEqual(['api-server', 's2']);
});

test('an item that waits long is told again, until it is settled', async () => {
  await using relay = await open('escalation:\n  reminderMinutes: 0.005\n');
  relay.drop('a.json', { session_id: 's1', content: 'x' });
  await relay.until(() => told.length >= 3, 'two reminders');
  expect(told.map(({ title }) => title)).toEqual(['s1', 'Still waiting: s1', 'Still waiting: s1']);
  expect(relay.of('notification.sent')).toHaveLength(1);
  await relay.call('inbox.dismiss', { itemId: 'i1' as ItemId, via: 'inbox' });
  const before = told.length;
  relay.drop('b.json', { session_id: 's2', content: 'x' });
  await relay.until(() => told.filter(({ title }) => title.includes('s2')).length >= 2, 's2 twice');
  // One that was on its way when the item was settled may still arrive.
  expect(told.filter(({ title }) => title.includes('s1')).length).toBeLessThanOrEqual(before + 1);
});

test('a muted session is not told of', async () => {
  await using relay = await open();
  relay.drop('a.json', { session_id: 's1', content: 'x' });
  await relay.until(() => told.length === 1, 'the first');
  await relay.call('session.setMuted', { sessionId: 's1' as SessionId, muted: true });
  await relay.call('inbox.approve', { itemId: 'i1' as ItemId, via: 'inbox' });
  await relay.waitFor('item.opened', ({ payload }) => payload.itemId === 'i2');
  relay.drop('b.json', { session_id: 's2', content: 'x' });
  await relay.until(() => told.length === 2, 'the second');
  expect(told.map(({ title }) => title)).toEqual(['s1', 's2']);
});

test('a phone that cannot be reached harms nothing', async () => {
  close();
  await using relay = await open();
  relay.drop('a.json', { session_id: 's1', content: 'x' });
  await relay.waitFor('item.opened');
  await relay.call('inbox.answer', {
    ...{ itemId: 'i1' as ItemId, text: 'Yes.', direct: true, via: 'inbox' },
  });
  expect(await relay.take('s1')).toBe('Yes.');
});
