import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectRelay, type RemoteRelay } from '#core/rpc/client.ts';
import { findControlSocket } from '#core/rpc/control-address.ts';
import { createFakeRelay, type FakeRelay } from '#core/rpc/testing/fake-relay.ts';
import type { StreamItem } from '#shared/rpc.ts';
import { openControlSocket } from './control-socket.ts';

let home: string;
let fake: FakeRelay;
const cleanUps: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'relay-test-'));
  fake = createFakeRelay({ home });
  cleanUps.push(() => rm(home, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function serve(at = home, makeInterfaceUrl = (): string | undefined => undefined) {
  const stopping = new AbortController();
  const control = await openControlSocket({
    home: at,
    port: fake.port,
    stopping: stopping.signal,
    onCrash: (error) => expect.unreachable(String(error)),
    makeInterfaceUrl,
  });
  const close = async () => {
    stopping.abort();
    await control.close();
  };
  cleanUps.push(close);
  return { ...control, close };
}

async function connected(at = home): Promise<RemoteRelay> {
  const relay = await connectRelay(at);
  if (relay === undefined) return expect.unreachable('a relay listens');
  return relay;
}

/** Collects a stream; `until` resolves when so many items have come. */
function collect(relay: RemoteRelay, after: number) {
  const items: StreamItem[] = [];
  let look = () => {};
  const ended = new Promise<void>((resolve) => {
    const stop = relay.stream(
      after,
      (item) => {
        items.push(item);
        look();
      },
      resolve,
    );
    cleanUps.push(async () => stop());
  });
  const until = (count: number) =>
    new Promise<StreamItem[]>((resolve) => {
      look = () => items.length >= count && resolve(items);
      look();
    });
  const seqs = () => items.map((item) => (item.kind === 'event' ? item.event.seq : item.text));
  return { until, ended, seqs };
}

describe('calls', () => {
  test('reach the relay and come back', async () => {
    await serve();
    const relay = await connected();
    expect(await relay.call('status', {})).toMatchObject({ ok: true, value: { home, queued: 2 } });
    expect(await relay.call('relay.pause', { via: 'cli' })).toEqual({ ok: true, value: {} });
    expect(fake.calls.at(-1)).toEqual({ name: 'relay.pause', input: { via: 'cli' } });
  });

  test('what is refused arrives as the sentence it is', async () => {
    await serve();
    const relay = await connected();
    const answer = await relay.call('session.send', {
      sessionId: 'a b' as never,
      text: 'x',
      via: 'cli',
    });
    expect(answer).toMatchObject({ ok: false, error: { code: 'bad-input' } });
  });

  test('text beyond the Basic Latin letters survives, in large', async () => {
    await serve();
    const text = 'Grüße, 世界 🚀 '.repeat(100_000).trim();
    await (await connected()).call('owner.say', { text, via: 'cli' });
    expect(fake.calls.at(-1)?.input).toEqual({ text, via: 'cli' });
  });

  test('a relay that stops before it answers is said to have stopped', async () => {
    const served = await serve();
    const relay = await connected();
    await served.close();
    expect(await relay.call('status', {})).toMatchObject({
      ok: false,
      error: { code: 'unavailable', message: 'The relay stopped before it answered.' },
    });
  });

  test('an address of the interface can be had where one is served', async () => {
    const url = 'http://127.0.0.1:4000/?token=abc';
    await serve(home, () => url);
    expect(await (await connected()).interfaceUrl()).toEqual({ ok: true, value: url });
  });

  test('no address can be had where none is served', async () => {
    await serve();
    expect(await (await connected()).interfaceUrl()).toMatchObject({
      ok: false,
      error: { code: 'unavailable' },
    });
  });
});

describe('whether a relay runs', () => {
  test('none where nothing ever listened', async () => {
    expect(await connectRelay(home)).toBeUndefined();
    expect(await connectRelay(join(home, 'not-there'))).toBeUndefined();
  });

  test('none where a killed relay left its socket; a new one takes its place', async () => {
    await mkdir(join(home, 'state'));
    const socketPath = join(home, 'state', 'control.sock');
    // A plain file answers nobody, exactly like a socket without a process.
    await writeFile(socketPath, '');
    expect(await connectRelay(home)).toBeUndefined();
    await serve();
    expect(await connectRelay(home)).toBeDefined();
  });

  test('none after it has stopped, and nothing is left behind', async () => {
    const served = await serve();
    await served.close();
    expect(await connectRelay(home)).toBeUndefined();
    await expect(stat(served.socketPath)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('where the socket is', () => {
  test('in the home, for the owner alone', async () => {
    const { socketPath } = await serve();
    expect(socketPath).toBe(join(home, 'state', 'control.sock'));
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(socketPath))).mode & 0o777).toBe(0o700);
  });

  test('in a private folder where the home is too deep for a socket', async () => {
    const deep = join(home, 'a'.repeat(60), 'b'.repeat(60));
    const { socketPath, close } = await serve(deep);
    expect(socketPath.startsWith(tmpdir())).toBe(true);
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(socketPath))).mode & 0o777).toBe(0o700);
    expect(await (await connected(deep)).call('status', {})).toMatchObject({ ok: true });
    await close();
    await expect(stat(dirname(socketPath))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(findControlSocket(deep)).toBeUndefined();
  });

  test('the folder of a killed relay is taken away, a foreign one is not', async () => {
    const deep = join(home, 'a'.repeat(60), 'b'.repeat(60));
    await mkdir(join(deep, 'state'), { recursive: true });
    const left = await mkdtemp(join(tmpdir(), 'relay-control-'));
    const foreign = await mkdtemp(join(home, 'precious-'));
    for (const folder of [left, foreign]) {
      const record = JSON.stringify({ socket: join(folder, 'control.sock') });
      await writeFile(join(deep, 'state', 'control.json'), record);
      await (await serve(deep)).close();
    }
    await expect(stat(left)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await stat(foreign)).isDirectory()).toBe(true);
  });
});

describe('the stream', () => {
  test('goes on after a cursor, then live', async () => {
    await serve();
    for (let count = 0; count < 1200; count++) fake.commit('before');
    const stream = collect(await connected(), 5);
    await stream.until(1195);
    fake.commit('live\nwith a line break');
    fake.publish({
      kind: 'progress',
      callId: 'c1' as never,
      exchangeId: 'x1' as never,
      sessionId: null,
      text: 'Yes',
    });
    await stream.until(1197);
    const stored = Array.from({ length: 1196 }, (_, index) => index + 6);
    expect(stream.seqs()).toEqual([...stored, 'Yes']);
  });

  test('ends for the client when the relay stops, and lets go of the relay', async () => {
    const served = await serve();
    fake.commit('one');
    const stream = collect(await connected(), 0);
    await stream.until(1);
    await served.close();
    await stream.ended;
    expect(fake.subscriberCount()).toBe(0);
  });

  test('Last-Event-ID wins over the address, as a browser means it', async () => {
    const { socketPath } = await serve();
    for (const text of ['one', 'two', 'three']) fake.commit(text);
    const call = request({
      socketPath,
      path: '/stream?after=0',
      headers: { 'last-event-id': '2' },
    }).end();
    const [response] = await once(call, 'response');
    let text = '';
    response.setEncoding('utf8');
    for await (const chunk of response) {
      text += chunk;
      if (text.includes('three')) break;
    }
    expect(text.match(/^id: .*$/gm)).toEqual(['id: 3']);
  });

  test.each(['-1', '1.5', 'x', '99999999999999999999'])('refuses the cursor %s', async (after) => {
    const { socketPath } = await serve();
    const call = request({ socketPath, path: `/stream?after=${after}` }).end();
    const [response] = await once(call, 'response');
    response.resume();
    expect(response.statusCode).toBe(400);
  });

  test('a client that does not read is let go, and the relay goes on', async () => {
    const { socketPath } = await serve();
    fake.commit('first');
    const lazy = connect(socketPath);
    lazy.write('GET /stream?after=0 HTTP/1.1\r\nHost: relay\r\n\r\n');
    await once(lazy, 'readable');
    lazy.pause();
    await expect.poll(() => fake.subscriberCount()).toBe(1);
    const large = 'x'.repeat(1_000_000);
    for (let count = 0; count < 30 && fake.subscriberCount() > 0; count++) {
      fake.commit(large);
      await new Promise(setImmediate);
    }
    expect(fake.subscriberCount()).toBe(0);
    lazy.destroy();
    expect(await (await connected()).call('status', {})).toMatchObject({ ok: true });
  });
});

test('a program that listens there but is no relay is told apart', async () => {
  await mkdir(join(home, 'state'));
  const stranger = createServer((socket) => {
    // The client hangs up once it knows that somebody listens.
    socket.on('error', () => {});
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello');
  });
  stranger.listen(join(home, 'state', 'control.sock'));
  await once(stranger, 'listening');
  cleanUps.push(async () => stranger.close());
  expect(await (await connected()).call('status', {})).toMatchObject({
    ok: false,
    error: { code: 'failed' },
  });
});
