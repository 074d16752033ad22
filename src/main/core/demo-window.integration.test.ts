import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { createDemoWindow, type DemoWindow } from './demo-window.ts';
import { findInstallation } from './installation.ts';

const cli = path.join(findInstallation().root, 'out', 'main', 'cli.js');

let demo: DemoWindow | undefined;
afterEach(() => demo?.close());

test('the demo opens beside a relay, lets its owner in once, and ends when it is closed', async () => {
  expect(existsSync(cli), 'the command is built').toBe(true);
  demo = createDemoWindow([process.execPath, cli]);
  const opened = await demo.open();
  if (!opened.ok) throw new Error(opened.message);
  const page = await fetch(opened.url, { redirect: 'manual' });
  expect(page.status).toBe(303);
  expect((await fetch(opened.url, { redirect: 'manual' })).status).toBe(403);
  demo.close();
  const isGone = () =>
    fetch(opened.url).then(
      () => false,
      () => true,
    );
  await vi.waitUntil(isGone, { timeout: 20_000, interval: 100 });
}, 60_000);

test('a command that is not there is a sentence', async () => {
  demo = createDemoWindow(['/no/such/program']);
  expect(await demo.open()).toMatchObject({
    ok: false,
    message: expect.stringContaining('The demo did not start'),
  });
});
