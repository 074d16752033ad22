import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Logger, silentLogger } from '../settings/logs.ts';
import { createNtfy, type NtfyMessage, type NtfyOptions } from './ntfy.ts';

interface Received {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

type Answer = (response: ServerResponse) => void;

/** A server that gives these answers in turn, the last one for ever. */
async function ntfyServer(...answers: Answer[]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method, url, headers } = request;
      received.push({ method, url, headers, body });
      const answer = answers[Math.min(received.length, answers.length) - 1];
      answer?.(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, received };
}

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end('{}');
const ok = status(200);
const silence: Answer = () => undefined;

const message: NtfyMessage = { title: 'api-server', message: 'Drop the table?', priority: 5 };
const topic = 'relay-topic-1';

function ntfy(server: string, options: Partial<NtfyOptions> = {}) {
  return createNtfy({ server, topic, log: silentLogger, waitsMs: [5, 10], ...options });
}

describe('a notification', () => {
  it('arrives with all that it says, in any language', async () => {
    const { url, received } = await ntfyServer(ok);
    const result = await ntfy(`${url}/`, { token: 'tk_1' }).publish({
      title: 'Prüfung 試験',
      message: 'Löschen?\nProposal: nein 🙅',
      priority: 4,
      tags: ['warning', 'relay'],
      clickUrl: 'http://127.0.0.1:7/#i1',
      id: 'i1',
    });
    expect(result).toEqual({ ok: true });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      method: 'POST',
      url: `/${topic}`,
      body: 'Löschen?\nProposal: nein 🙅',
      headers: {
        title: `=?UTF-8?B?${Buffer.from('Prüfung 試験').toString('base64')}?=`,
        priority: '4',
        tags: 'warning,relay',
        click: 'http://127.0.0.1:7/#i1',
        'x-sequence-id': 'i1',
        authorization: 'Bearer tk_1',
      },
    });
  });

  it('says no more than it was given', async () => {
    const { url, received } = await ntfyServer(ok);
    await ntfy(url).publish(message);
    const names = Object.keys(received[0]?.headers ?? {});
    for (const absent of ['tags', 'click', 'x-sequence-id', 'authorization'])
      expect(names).not.toContain(absent);
  });

  it('is cut to what ntfy takes', async () => {
    const { url, received } = await ntfyServer(ok);
    await ntfy(url).publish({ ...message, title: 'é'.repeat(999), message: '試'.repeat(9_999) });
    expect(Buffer.byteLength(received[0]?.body ?? '')).toBeLessThanOrEqual(4096);
    expect(received[0]?.body).toMatch(/^試{1300,}…$/u);
    expect(received[0]?.headers.title?.length).toBeLessThan(1_000);
  });

  it('is shortened for a server that takes less', async () => {
    const { url, received } = await ntfyServer(status(413), ok);
    const result = await ntfy(url).publish({ ...message, message: 'x'.repeat(5_000) });
    expect(result).toEqual({ ok: true });
    expect(received.map(({ body }) => Buffer.byteLength(body))).toEqual([4096, 1024]);
  });
});

describe('a server that does not take it', () => {
  it('is tried again while that may help', async () => {
    const { url, received } = await ntfyServer(status(503), (response) => response.destroy(), ok);
    expect(await ntfy(url).publish(message)).toEqual({ ok: true });
    expect(received).toHaveLength(3);
  });

  it('is asked again when it said that it may be', async () => {
    const { url, received } = await ntfyServer(status(429, { 'retry-after': '0' }), ok);
    // The planned wait would outlast the test.
    expect(await ntfy(url, { waitsMs: [3_600_000] }).publish(message)).toEqual({ ok: true });
    expect(received).toHaveLength(2);
  });

  it('is given up after a few tries', async () => {
    const { url, received } = await ntfyServer(status(429));
    const result = await ntfy(url).publish(message);
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining('(429)') });
    expect(received).toHaveLength(3);
  });

  it('is given up at once where trying again is no use', async () => {
    for (const [code, hint] of [
      [403, 'RELAY_NTFY_TOKEN'],
      [404, 'ntfy.server'],
      [301, 'ntfy.server'],
    ] as const) {
      const { url, received } = await ntfyServer(status(code, { location: 'http://127.0.0.1:1/' }));
      const result = await ntfy(url).publish(message);
      expect(result).toMatchObject({ ok: false, message: expect.stringContaining(hint) });
      expect(received).toHaveLength(1);
    }
  });

  it('is not waited for', async () => {
    const { url, received } = await ntfyServer(silence);
    const result = await ntfy(url, { timeLimitMs: 50 }).publish(message);
    expect(result).toMatchObject({
      ok: false,
      message: expect.stringContaining('did not answer within 0.05 s'),
    });
    expect(received).toHaveLength(3);
  });

  it('may not be there at all; the topic is told to nobody', async () => {
    const said: unknown[] = [];
    const log: Logger = {
      ...silentLogger,
      debug: (fields, words) => said.push(fields, words),
      warn: (fields, words) => said.push(fields, words),
    };
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const host = `127.0.0.1:${(gone.address() as AddressInfo).port}`;
    gone.close();
    await once(gone, 'close');
    const result = await ntfy(`http://${host}`, { log }).publish(message);
    expect(result).toEqual({
      ok: false,
      message: `${host} cannot be reached (ECONNREFUSED). Check the connection and ntfy.server.`,
    });
    expect(said).not.toEqual([]);
    expect(JSON.stringify(said)).not.toContain(topic);
    const nonsense = await ntfy('not an address').publish(message);
    expect(nonsense.ok).toBe(false);
    expect(JSON.stringify(nonsense)).not.toContain(topic);
  });
});
