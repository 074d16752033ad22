import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RelayPort } from '#core/relay-port.ts';
import type { StreamItem } from '#shared/rpc.ts';

/** What may lie unsent for a client that reads too slowly before it is let go; it comes back. */
const maxUnsentBytes = 8 * 1024 * 1024;
/** Often enough that no proxy and no sleeping laptop takes the stream for dead. */
const heartbeatMs = 15_000;
const pageSize = 500;

/**
 * Answers a request with the event stream as server-sent events, from the client's cursor on:
 * `Last-Event-ID` (which a browser sends when it reconnects) or `?after=N`. The id of each event is
 * its sequence number. Stored events go out as fast as the client reads them.
 */
export async function sendEvents(
  { port, stopping }: { port: RelayPort; stopping: AbortSignal },
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const cursor = readCursor(request.headers['last-event-id'] ?? url.searchParams.get('after'));
  if (cursor === undefined) {
    response.writeHead(400).end('after must be a whole number, 0 or more.\n');
    return;
  }
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write(': relay\n\n');
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const over = AbortSignal.any([gone.signal, stopping]);
  const from = await sendStored(port, response, cursor, over);
  if (from === undefined || over.aborted) {
    response.end();
    return;
  }
  const stop = port.stream(
    from,
    (item) => {
      response.write(asServerSentEvent(item));
      if (response.writableLength > maxUnsentBytes) response.destroy();
    },
    () => response.end(),
  );
  const heartbeat = setInterval(() => response.write(': \n\n'), heartbeatMs);
  over.addEventListener('abort', () => {
    clearInterval(heartbeat);
    stop();
    response.end();
  });
}

function readCursor(text: string | string[] | null): number | undefined {
  if (text === null) return 0;
  const cursor = Number(text);
  return /^\d+$/.test(String(text)) && Number.isSafeInteger(cursor) ? cursor : undefined;
}

/** Sends what is stored and returns the last sequence number; undefined when it cannot be read. */
async function sendStored(
  port: RelayPort,
  response: ServerResponse,
  after: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  let cursor = after;
  while (!signal.aborted) {
    const page = await port.call('events.after', { after: cursor, limit: pageSize });
    if (!page.ok) return undefined;
    let hasRoom = true;
    for (const event of page.value.events) {
      cursor = event.seq;
      hasRoom = response.write(asServerSentEvent({ kind: 'event', event }));
    }
    if (!hasRoom) await once(response, 'drain', { signal }).catch(() => {});
    // A page may be short for being large.
    if (cursor >= page.value.lastSeq) break;
  }
  return cursor;
}

/** JSON has no line breaks of its own, so one `data` line holds the whole item. */
function asServerSentEvent(item: StreamItem): string {
  const id = item.kind === 'event' ? `id: ${item.event.seq}\n` : '';
  return `${id}data: ${JSON.stringify(item)}\n\n`;
}
