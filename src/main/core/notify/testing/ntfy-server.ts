import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const Actions = z.array(
  z.object({ label: z.string(), url: z.string(), method: z.string(), body: z.string() }),
);

/** What a phone shows. */
export interface ShownNotification {
  id: string;
  title: string;
  body: string;
  buttons: z.infer<typeof Actions>;
}

/** An ntfy server on loopback, and the phone that is subscribed to one of its topics. */
export interface NtfyServer {
  url: string;
  /** What the phone shows: the newest for each id, without what was deleted. */
  shown(topic: string): ShownNotification[];
  /** The first notification that matches, once it is shown; rejects when none is by then. */
  waitFor(
    topic: string,
    matches?: (shown: ShownNotification) => boolean,
  ): Promise<ShownNotification>;
  /** Every notification there ever was, replaced and deleted ones too. */
  readonly posts: { topic: string; headers: IncomingHttpHeaders; body: string }[];
  /** How often the topic was asked for. */
  readonly listens: string[];
  /** The owner writes to a topic. */
  write(topic: string, message: string): Promise<void>;
  tap(button: { url: string; method: string; body: string }): Promise<number>;
  /** Cuts every stream; `mute`: from now on a stream gives nothing out, as behind a bad proxy. */
  cut(how?: { mute: boolean }): void;
  close(): Promise<void>;
}

interface Cached {
  id: string;
  time: number;
  event: 'message';
  topic: string;
  message: string;
}

export async function startNtfyServer(): Promise<NtfyServer> {
  const cached: Cached[] = [];
  const posts: NtfyServer['posts'] = [];
  const listens: string[] = [];
  const phone = new Map<string, Map<string, ShownNotification>>();
  const streams = new Map<ServerResponse, string>();
  const waiting = new Set<() => void>();
  let isMute = false;
  const line = (value: object) => `${JSON.stringify(value)}\n`;

  function publish(topic: string, headers: IncomingHttpHeaders, body: string): void {
    const time = Math.floor(Date.now() / 1000);
    const message: Cached = {
      id: `m${cached.length + 1}`,
      time,
      event: 'message',
      topic,
      message: body,
    };
    cached.push(message);
    posts.push({ topic, headers, body });
    const id = `${headers['x-sequence-id'] ?? message.id}`;
    const title = `${headers.title ?? ''}`;
    const buttons = Actions.parse(JSON.parse(`${headers.actions ?? '[]'}`));
    const notifications = phone.get(topic) ?? new Map();
    phone.set(topic, notifications.set(id, { id, title, body, buttons }));
    for (const [stream, of] of streams) if (of === topic && !isMute) stream.write(line(message));
    for (const look of waiting) look();
  }

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://ntfy');
    const [, topic = '', rest = ''] = pathname.split('/');
    if (request.method === 'POST') {
      void text(request).then((body) => {
        publish(topic, request.headers, body);
        response.end('{}');
      });
      return;
    }
    if (request.method === 'DELETE') {
      phone.get(topic)?.delete(rest);
      response.end('{}');
      return;
    }
    listens.push(request.url ?? '');
    const since = Number(searchParams.get('since'));
    const older = cached.filter((message) => message.topic === topic && message.time >= since);
    const isPoll = searchParams.get('poll') === '1';
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.flushHeaders();
    if (isPoll) {
      response.end(older.map(line).join(''));
      return;
    }
    streams.set(response, topic);
    response.on('close', () => streams.delete(response));
    if (isMute) return;
    response.write(line({ id: 'o', time: 0, event: 'open', topic }) + older.map(line).join(''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const shown = (topic: string) => [...(phone.get(topic)?.values() ?? [])];
  return {
    ...{ url, shown, posts, listens },
    waitFor: (topic, matches = () => true) =>
      new Promise((resolve, reject) => {
        const end = (settle: () => void) => {
          waiting.delete(look);
          clearTimeout(deadline);
          settle();
        };
        const look = () => {
          const found = shown(topic).find(matches);
          if (found) end(() => resolve(found));
        };
        const deadline = setTimeout(() => {
          const seen = shown(topic).map(({ title, body }) => `${title}: ${body}`);
          end(() => reject(new Error(`Not shown on the phone; it shows [${seen.join('; ')}].`)));
        }, 10_000);
        waiting.add(look);
        look();
      }),
    async write(topic, message) {
      await fetch(`${url}/${topic}`, { method: 'POST', body: message });
    },
    async tap({ url: target, method, body }) {
      return (await fetch(target, { method, body })).status;
    },
    cut({ mute } = { mute: false }) {
      isMute = mute;
      for (const stream of streams.keys()) stream.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
