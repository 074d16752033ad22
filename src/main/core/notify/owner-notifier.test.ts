import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '../settings/logs.ts';
import { watchSettings } from '../settings/settings.ts';
import { temporaryHome } from '../settings/testing/temporary-home.ts';
import { createTestNotification } from './owner-notifier.ts';

test('found by fuzzing: a test message that does not get through is told at once', async () => {
  let tries = 0;
  const server = createServer((_, response) => {
    tries += 1;
    response.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const settings = watchSettings(temporaryHome(), { RELAY_NTFY_SERVER: url });
  onTestFinished(async () => {
    await settings.close();
    server.close();
  });
  // The owner waits before a button; tries that go on for half a minute are for what nobody awaits.
  const send = createTestNotification({ settings, log: silentLogger });
  expect(await send()).toContain('503');
  expect(tries).toBe(1);
});
