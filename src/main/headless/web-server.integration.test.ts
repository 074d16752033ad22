import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakeRelay, type FakeRelay } from '#core/rpc/testing/fake-relay.ts';
import { maxBodyBytes } from './request-body.ts';
import { openWebServer, type WebServer } from './web-server.ts';

let folder: string;
let fake: FakeRelay;
let web: WebServer;
let stopping: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-test-'));
  const rendererDir = join(folder, 'renderer');
  await mkdir(join(rendererDir, 'assets'), { recursive: true });
  await writeFile(join(rendererDir, 'index.html'), '<title>Relay</title>');
  await writeFile(join(rendererDir, 'assets', 'main-abc.js'), 'export {};');
  await writeFile(join(rendererDir, 'secret.env'), 'not for anybody');
  fake = createFakeRelay();
  stopping = new AbortController();
  web = await openWebServer({
    port: fake.port,
    stopping: stopping.signal,
    onCrash: (error) => expect.unreachable(String(error)),
    connectionTokenPath: join(folder, 'token'),
    tcpPort: 0,
    rendererDir,
  });
});
afterEach(async () => {
  stopping.abort();
  await web.close();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** One request with exactly these headers, `Host` and `Origin` too, which `fetch` would not send. */
async function ask(
  path: string,
  headers: OutgoingHttpHeaders = {},
  body?: string | Buffer,
): Promise<Answer> {
  const method = body === undefined ? 'GET' : 'POST';
  const call = request({ host: '127.0.0.1', port: web.tcpPort, path, method, headers });
  call.end(body);
  const [response] = await once(call, 'response');
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}

async function signIn(): Promise<string> {
  const url = new URL(web.makeUrl());
  const { status, headers } = await ask(`${url.pathname}${url.search}`);
  expect(status).toBe(303);
  return headers['set-cookie']?.[0]?.split(';')[0] ?? expect.unreachable('a cookie is set');
}

const json = { 'content-type': 'application/json' };

describe('getting in', () => {
  test('the address is for 127.0.0.1, its token becomes a cookie and leaves the address', async () => {
    const url = new URL(web.makeUrl());
    expect(url.hostname).toBe('127.0.0.1');
    const { status, headers, text } = await ask(`/${url.search}`);
    expect({ status, location: headers.location, text }).toEqual({
      status: 303,
      location: '/',
      text: '',
    });
    expect(headers['set-cookie']?.[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(headers['set-cookie']?.[0]).not.toContain(url.searchParams.get('token'));
    expect(headers['cache-control']).toBe('no-store');
  });

  test('an address works once', async () => {
    const { search } = new URL(web.makeUrl());
    expect((await ask(`/${search}`)).status).toBe(303);
    const again = await ask(`/${search}`);
    expect(again.status).toBe(403);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(again.text).toContain('relay url');
  });

  test('an address that was made later works beside it', async () => {
    const first = web.makeUrl();
    const second = web.makeUrl();
    expect((await ask(`/${new URL(second).search}`)).status).toBe(303);
    expect((await ask(`/${new URL(first).search}`)).status).toBe(303);
  });

  test.each([
    ['no token', '/'],
    ['an empty token', '/?token='],
    ['a made-up token', `/?token=${'a'.repeat(43)}`],
    ['a token elsewhere than at the door', '/rpc/status?token=x'],
  ])('%s gets nothing', async (_, path) => {
    const { status, headers, text } = await ask(path);
    expect([401, 403]).toContain(status);
    expect(headers['set-cookie']).toBeUndefined();
    expect(text).not.toContain('<title>');
  });

  test('the cookie survives a restart on the same port, and is kept for the owner alone', async () => {
    const cookie = await signIn();
    expect((await stat(join(folder, 'token'))).mode & 0o777).toBe(0o600);
    await web.close();
    web = await openWebServer({
      port: fake.port,
      stopping: stopping.signal,
      onCrash: (error) => expect.unreachable(String(error)),
      connectionTokenPath: join(folder, 'token'),
      tcpPort: web.tcpPort,
      rendererDir: join(folder, 'renderer'),
    });
    expect((await ask('/', { cookie })).status).toBe(200);
  });
});

describe('the interface', () => {
  test('is served under a strict policy', async () => {
    const { status, headers, text } = await ask('/', { cookie: await signIn() });
    expect(status).toBe(200);
    expect(text).toBe('<title>Relay</title>');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  test('assets are kept by the browser', async () => {
    const { headers } = await ask('/assets/main-abc.js', { cookie: await signIn() });
    expect(headers['content-type']).toContain('text/javascript');
    expect(headers['cache-control']).toContain('immutable');
  });

  test.each([
    '/../token',
    '/%2e%2e/token',
    '/..%2ftoken',
    '//etc/passwd',
    '/secret.env',
    '/assets/',
  ])('%s is not there', async (path) => {
    expect((await ask(path, { cookie: await signIn() })).status).toBe(404);
  });

  test('nothing of it is shown to who is not signed in', async () => {
    expect((await ask('/')).status).toBe(401);
    expect((await ask('/assets/main-abc.js')).status).toBe(401);
  });
});

describe('calls from a browser', () => {
  test('the signed-in page may call', async () => {
    const cookie = await signIn();
    const origin = `http://127.0.0.1:${web.tcpPort}`;
    const answer = await ask('/rpc/status', { ...json, cookie, origin }, '{}');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ ok: true, value: { state: 'needs-owner' } });
  });

  test('what is wrong with a call is said by status and sentence', async () => {
    const cookie = await signIn();
    const status = async (path: string, body: string, type = json) =>
      (await ask(path, { ...type, cookie }, body)).status;
    expect(await status('/rpc/inbox.approve', '{"itemId":"x","via":"inbox"}')).toBe(400);
    expect(await status('/rpc/status', '{')).toBe(400);
    expect(await status('/rpc/nope', '{}')).toBe(404);
    expect(await status('/rpc/status', '{}', { 'content-type': 'text/plain' })).toBe(415);
    expect(await status('/elsewhere', '{}')).toBe(404);
    // What only the control socket can do.
    expect(await status('/host/url', '{}')).toBe(404);
  });

  test.each([
    ['no cookie', () => ({})],
    ['a wrong cookie', () => ({ cookie: `relay-${web.tcpPort}=${'a'.repeat(43)}` })],
    ['an empty cookie', () => ({ cookie: `relay-${web.tcpPort}=` })],
  ])('%s gets nothing, neither calls nor the stream', async (_, headers) => {
    expect((await ask('/rpc/status', { ...json, ...headers() }, '{}')).status).toBe(401);
    expect((await ask('/stream?after=0', headers())).status).toBe(401);
    expect(fake.calls).toEqual([]);
  });

  const strangers: [string, OutgoingHttpHeaders][] = [
    ['a page elsewhere', { origin: 'https://evil.example' }],
    ['a page of another port here', { origin: 'http://127.0.0.1:9' }],
    ['a page from a file', { origin: 'null' }],
    ['a name that was made to point here', { host: 'evil.example' }],
    ['that name with the port', { host: 'evil.example:80', origin: 'http://evil.example:80' }],
    ['the address without its port', { host: '127.0.0.1' }],
    ['an image or script tag of another page', { 'sec-fetch-site': 'same-site' }],
    ['a frame or fetch of a foreign page', { 'sec-fetch-site': 'cross-site' }],
  ];
  test.each(strangers)('%s gets nothing even with the cookie', async (_, headers) => {
    const cookie = await signIn();
    expect((await ask('/rpc/status', { ...json, cookie, ...headers }, '{}')).status).toBe(403);
    expect((await ask('/stream?after=0', { cookie, ...headers })).status).toBe(403);
    expect((await ask('/', { cookie, ...headers })).status).toBe(403);
    expect(fake.calls).toEqual([]);
  });

  test('localhost is this computer, too', async () => {
    const host = `localhost:${web.tcpPort}`;
    const { status } = await ask('/', { host, cookie: await signIn() });
    expect(status).toBe(200);
  });

  test('found by fuzzing: a body of brackets is refused before anything is made of it', async () => {
    const cookie = await signIn();
    const body = Buffer.alloc(maxBodyBytes, '[');
    const before = process.memoryUsage().rss;
    const answer = await ask('/rpc/status', { ...json, cookie }, body);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('levels deep');
    // As values they would be more than a gigabyte.
    expect(process.memoryUsage().rss - before).toBeLessThan(500 * 1024 * 1024);
    expect(fake.calls).toEqual([]);
  });

  test('a body over the limit is refused, announced or not', async () => {
    const cookie = await signIn();
    const body = Buffer.alloc(maxBodyBytes + 1, 32);
    const announced = await ask('/rpc/status', { ...json, cookie }, body);
    expect(announced.status).toBe(413);
    const chunked = { ...json, cookie, 'transfer-encoding': 'chunked' };
    expect((await ask('/rpc/status', chunked, body)).status).toBe(413);
    expect(fake.calls).toEqual([]);
  });
});

test('a taken port is an error of the system, for the host to explain', async () => {
  const options = {
    port: fake.port,
    stopping: stopping.signal,
    onCrash: () => {},
    connectionTokenPath: join(folder, 'token'),
    tcpPort: web.tcpPort,
    rendererDir: folder,
  };
  await expect(openWebServer(options)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
