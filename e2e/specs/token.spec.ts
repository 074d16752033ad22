import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright/test';
import { expect, test } from '../support/interface.ts';

// How a browser is let in; a window needs no letting in.
test.skip(({ host }) => host === 'desktop', 'the window speaks no HTTP');

function contextOf(page: Page) {
  const browser = page.context().browser();
  if (!browser) throw new Error('The page has no browser.');
  return browser.newContext();
}

test('the token leaves the address, and is good once', async ({ openInterface }) => {
  const { page, relay } = await openInterface();
  await expect(page).toHaveURL(`http://127.0.0.1:${relay.port()}/`);

  const url = await relay.makeUrl();
  const first = await contextOf(page);
  const welcome = await (await first.newPage()).goto(url);
  expect(welcome?.status()).toBe(200);

  const second = await contextOf(page);
  const strange = await second.newPage();
  const replayed = await strange.goto(url);
  expect(replayed?.status()).toBe(403);
  await expect(strange.locator('body')).toContainText('relay url');
  expect(await second.cookies()).toEqual([]);
  await first.close();
  await second.close();
});

test('the cookie is kept from scripts and from other sites', async ({ openInterface }) => {
  const { page } = await openInterface();
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', domain: '127.0.0.1' });
  expect(await page.evaluate(() => document.cookie)).toBe('');
});

test('a page of another origin gets nothing, even in the browser that is signed in', async ({
  openInterface,
}) => {
  const { page, relay } = await openInterface();
  const elsewhere = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<title>elsewhere</title>');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  // A TCP server that listens has an address object; only pipes have a string.
  const { port } = elsewhere.address() as AddressInfo;
  const evil = await page.context().newPage();
  // Another port of the same host is the same site to a browser: the cookie goes along.
  await evil.goto(`http://127.0.0.1:${port}/`);

  const tries = await evil.evaluate(async (target) => {
    const attempt = async (work: () => Promise<Response>) => {
      try {
        const response = await work();
        return `${response.type} ${response.status}`;
      } catch {
        return 'refused';
      }
    };
    const frame = document.createElement('iframe');
    frame.src = target;
    document.body.append(frame);
    const stream = new EventSource(`${target}stream?after=0`, { withCredentials: true });
    const streamed = await new Promise<string>((resolve) => {
      stream.onmessage = () => resolve('message');
      stream.onerror = () => resolve('refused');
    });
    stream.close();
    return {
      read: await attempt(() => fetch(`${target}rpc/status`, { credentials: 'include' })),
      json: await attempt(() =>
        fetch(`${target}rpc/relay.pause`, {
          method: 'POST',
          credentials: 'include',
          headers: { 'content-type': 'application/json' },
          body: '{"via":"inbox"}',
        }),
      ),
      simple: await attempt(() =>
        fetch(`${target}rpc/relay.pause`, {
          method: 'POST',
          mode: 'no-cors',
          credentials: 'include',
          body: '{"via":"inbox"}',
        }),
      ),
      streamed,
    };
  }, `http://127.0.0.1:${relay.port()}/`);
  // An opaque answer says nothing to the page; that it did nothing either is seen below.
  expect(tries).toEqual({
    read: 'refused',
    json: 'refused',
    simple: 'opaque 0',
    streamed: 'refused',
  });
  for (const frame of evil.frames().slice(1)) {
    expect(await frame.locator('[role=log], nav').count()).toBe(0);
  }
  expect((await relay.call('status', {})).paused).toBe(false);
  await new Promise((resolve) => elsewhere.close(resolve));
});

test('a name that was made to point here gets nothing', async ({ openInterface }) => {
  const { page, relay } = await openInterface();
  // As after DNS rebinding: the right address, another name.
  const [cookie] = await page.context().cookies();
  for (const host of [`evil.example:${relay.port()}`, 'evil.example', `[::1]:${relay.port()}`]) {
    const response = await page.context().request.get(`http://127.0.0.1:${relay.port()}/`, {
      headers: { host, cookie: `${cookie?.name}=${cookie?.value}` },
      maxRedirects: 0,
    });
    expect(response.status(), host).toBe(403);
    expect(await response.text()).not.toContain('<script');
  }
});
