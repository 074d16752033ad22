import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Logger } from '../settings/logs.ts';
import { baseOf } from './ntfy.ts';

/** A message as ntfy's JSON stream gives it; other events (`open`, `keepalive`) carry none. */
const StreamLine = z.object({
  event: z.string(),
  id: z.string().default(''),
  time: z.number().default(0),
  message: z.string().default(''),
});

export interface PhoneMessage {
  id: string;
  /** By the server's clock, seconds since 1970. */
  sentAtSeconds: number;
  text: string;
}

export interface NtfyListenerOptions {
  server: string;
  topic: string;
  token?: string;
  /** Messages from this second on are asked for, at every connection anew; doubles are the
   * listener's to bear. */
  sinceSeconds: () => number;
  onMessage: (message: PhoneMessage) => void;
  log: Logger;
  /** Nothing at all for so long, and the connection is taken for dead. ntfy says something every 45 s. */
  idleMs?: number;
  /** How long until the first line: where a proxy in between holds the stream back, it is polled. */
  openMs?: number;
  waitsMs?: readonly number[];
}

const defaultWaitsMs = [1_000, 2_000, 5_000, 15_000, 30_000, 60_000];

/** Listens to a topic until the signal; connects again by itself, and never rejects. */
export async function listenToTopic(
  options: NtfyListenerOptions,
  signal: AbortSignal,
): Promise<void> {
  const { log, waitsMs = defaultWaitsMs } = options;
  let failures = 0;
  while (!signal.aborted) {
    const end = await stream(options, signal);
    if (signal.aborted) return;
    // A proxy that gives a stream out only when it is over: one answer at a time goes through.
    if (end === 'silent') await poll(options, signal);
    failures = end === 'ended' ? 0 : failures + 1;
    const waitMs = waitsMs[Math.min(failures, waitsMs.length - 1)] ?? 0;
    log.debug({ end, waitMs }, 'the reply topic is listened to again');
    await pause(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** `ended`: it worked for a while. `silent`: connected, but not a line came. */
async function stream(
  options: NtfyListenerOptions,
  signal: AbortSignal,
): Promise<'ended' | 'silent' | 'failed'> {
  const { idleMs = 120_000, openMs = 15_000 } = options;
  const idle = new AbortController();
  let timer = setTimeout(() => idle.abort(), openMs);
  timer.unref();
  let lines = 0;
  let isConnected = false;
  try {
    const response = await get(options, '', AbortSignal.any([signal, idle.signal]));
    isConnected = true;
    for await (const line of linesOf(response)) {
      lines += 1;
      clearTimeout(timer);
      timer = setTimeout(() => idle.abort(), idleMs);
      timer.unref();
      hear(line, options);
    }
  } catch (error) {
    options.log.debug({ error }, 'the reply topic could not be read');
  } finally {
    clearTimeout(timer);
  }
  if (lines > 0) return 'ended';
  const wasStarved = idle.signal.aborted;
  return wasStarved || isConnected ? 'silent' : 'failed';
}

async function poll(options: NtfyListenerOptions, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.timeout(options.openMs ?? 15_000);
  try {
    const response = await get(options, 'poll=1&', AbortSignal.any([signal, limit]));
    for await (const line of linesOf(response)) hear(line, options);
  } catch (error) {
    options.log.debug({ error }, 'the reply topic could not be polled');
  }
}

async function get(
  { server, topic, token, sinceSeconds }: NtfyListenerOptions,
  query: string,
  signal: AbortSignal,
): Promise<Response> {
  const since = Math.max(0, Math.floor(sinceSeconds()));
  const url = `${baseOf(server)}/${encodeURIComponent(topic)}/json?${query}since=${since}`;
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  // The token is for this server, not for where it points.
  const response = await fetch(url, { headers, redirect: 'manual', signal });
  if (response.ok) return response;
  await response.body?.cancel();
  throw new Error(`the ntfy server answered ${response.status}`);
}

function linesOf(response: Response): AsyncIterable<string> {
  if (!response.body) return Readable.from([]);
  // Node's own stream types and fetch's are two declarations of the same thing.
  const input = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
  return createInterface({ input });
}

function hear(line: string, { onMessage, log }: NtfyListenerOptions): void {
  try {
    const { event, id, time, message } = StreamLine.parse(JSON.parse(line));
    if (event !== 'message' || id === '') return;
    onMessage({ id, sentAtSeconds: time, text: message });
  } catch (error) {
    log.warn({ error }, 'a message on the reply topic could not be read or carried out');
  }
}
