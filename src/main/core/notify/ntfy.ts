import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../settings/logs.ts';
import { cutToBytes, headerText } from './ntfy-headers.ts';

export interface NtfyMessage {
  title: string;
  message: string;
  /** 1 (silent) to 5 (rings until seen). */
  priority: 1 | 2 | 3 | 4 | 5;
  /** Names of emoji or words, shown beside the title. */
  tags?: readonly string[];
  /** What the notification opens. */
  clickUrl?: string;
  /** Of two messages with the same id the phone shows the newer in the place of the older (ntfy 2.16). */
  id?: string;
  /** At most three. */
  buttons?: readonly NtfyButton[];
}

/** Tapped, it writes `body` to another topic of the same server, and the notification goes away. */
export interface NtfyButton {
  label: string;
  topic: string;
  body: string;
}

export type NtfyResult =
  | { ok: true }
  /** A sentence for the owner, without the topic. */
  | { ok: false; message: string };

export interface Ntfy {
  /** Best effort: tries a few times, then says why not. Never rejects; a wait between two tries keeps
   * no process alive. */
  publish(message: NtfyMessage): Promise<NtfyResult>;
  /** Takes the message with this id off the phones (ntfy 2.16; older servers refuse). One try. */
  remove(id: string): Promise<NtfyResult>;
}

export interface NtfyOptions {
  /** `https://ntfy.sh`, or a server of one's own, under a path as well. */
  server: string;
  topic: string;
  /** For a server with access control. */
  token?: string;
  log: Logger;
  fetch?: typeof fetch;
  /** How long one try may take. */
  timeLimitMs?: number;
  /** The waits between tries; their number is that of the further tries. */
  waitsMs?: readonly number[];
}

/** ntfy's own limit; longer messages become attachments, which phones do not show. */
const messageBytes = 4096;
/** Some servers allow less. */
const shortMessageBytes = 1024;
/** ntfy refuses titles above 1 KB; what a phone shows is far shorter. */
const titleBytes = 250;
/** No escalation is worth waiting longer for between two tries. */
const longestWaitMs = 60_000;

type Attempt =
  | { kind: 'done' }
  | { kind: 'too-large'; reason: string }
  | { kind: 'later'; reason: string; waitMs?: number }
  | { kind: 'never'; reason: string };

/** Publishes to one topic of an ntfy server (docs.ntfy.sh/publish). */
export function createNtfy(options: NtfyOptions): Ntfy {
  const { log, waitsMs = [1_000, 5_000, 20_000] } = options;

  async function publish(message: NtfyMessage): Promise<NtfyResult> {
    let maxBytes = messageBytes;
    let reason = '';
    for (const [index, plannedMs] of [...waitsMs, undefined].entries()) {
      const attempt = await attemptOnce(options, message, maxBytes);
      if (attempt.kind === 'done') return { ok: true };
      reason = attempt.reason;
      log.debug({ try: index + 1, reason }, 'a notification did not get through');
      if (attempt.kind === 'never' || plannedMs === undefined) break;
      if (attempt.kind === 'too-large') {
        if (maxBytes === shortMessageBytes) break;
        maxBytes = shortMessageBytes;
        continue;
      }
      const waitMs = Math.min(attempt.waitMs ?? plannedMs, longestWaitMs);
      await pause(waitMs, undefined, { ref: false });
    }
    log.warn({ reason }, 'a notification was given up');
    return { ok: false, message: reason };
  }

  async function remove(id: string): Promise<NtfyResult> {
    const { token, topic } = options;
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    const path = `${encodeURIComponent(topic)}/${encodeURIComponent(id)}`;
    const attempt = await request(options, path, { method: 'DELETE', headers });
    return attempt.kind === 'done' ? { ok: true } : { ok: false, message: attempt.reason };
  }

  return { publish, remove };
}

function attemptOnce(
  options: NtfyOptions,
  message: NtfyMessage,
  maxBytes: number,
): Promise<Attempt> {
  return request(options, encodeURIComponent(options.topic), {
    method: 'POST',
    body: cutToBytes(message.message, maxBytes),
    headers: headersOf(message, options),
  });
}

async function request(
  options: NtfyOptions,
  path: string,
  init: Pick<RequestInit, 'method' | 'body' | 'headers'>,
): Promise<Attempt> {
  const { server, timeLimitMs = 10_000, fetch: send = fetch } = options;
  const host = hostOf(server);
  try {
    const response = await send(`${baseOf(server)}/${path}`, {
      ...init,
      // The token and the message are for this server, not for where it points.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeLimitMs),
    });
    await response.body?.cancel();
    return judge(response, host);
  } catch (error) {
    return { kind: 'later', reason: explain(error, host, timeLimitMs) };
  }
}

function headersOf(
  message: NtfyMessage,
  { token, server }: Pick<NtfyOptions, 'token' | 'server'>,
): Record<string, string> {
  const { title, priority, tags = [], clickUrl, id, buttons = [] } = message;
  const actions = buttons.map(({ label, topic, body }) => ({
    action: 'http',
    label,
    url: `${baseOf(server)}/${encodeURIComponent(topic)}`,
    method: 'POST',
    body,
    clear: true,
  }));
  return {
    'content-type': 'text/plain; charset=utf-8',
    title: headerText(cutToBytes(title, titleBytes)),
    priority: String(priority),
    ...(tags.length > 0 ? { tags: headerText(tags.join(',')) } : {}),
    ...(clickUrl ? { click: headerText(clickUrl) } : {}),
    ...(id ? { 'x-sequence-id': id } : {}),
    ...(actions.length > 0 ? { actions: headerText(JSON.stringify(actions)) } : {}),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
}

function judge(response: Response, host: string): Attempt {
  const { status } = response;
  if (response.ok) return { kind: 'done' };
  if (status === 413) {
    return { kind: 'too-large', reason: `${host} refused the notification as too long (413).` };
  }
  if (status === 429) {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    const reason = `${host} takes no more notifications for now (429).`;
    if (!(seconds >= 0)) return { kind: 'later', reason };
    return { kind: 'later', reason, waitMs: seconds * 1_000 };
  }
  if (status >= 500)
    return { kind: 'later', reason: `${host} has a fault of its own (${status}).` };
  if (status >= 300 && status < 400) {
    const reason = `${host} points to another address (${status}). Set ntfy.server to that one.`;
    return { kind: 'never', reason };
  }
  if (status === 401 || status === 403) {
    const reason = `${host} does not let Relay write to the topic (${status}). Set RELAY_NTFY_TOKEN in .env.`;
    return { kind: 'never', reason };
  }
  return {
    kind: 'never',
    reason: `${host} refused the notification (${status}). Check ntfy.server.`,
  };
}

function explain(error: unknown, host: string, timeLimitMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `${host} did not answer within ${timeLimitMs / 1_000} s.`;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return `${host} cannot be reached${code}. Check the connection and ntfy.server.`;
}

/** Without a slash at the end. */
export const baseOf = (server: string): string => server.replace(/\/+$/, '');

/** Never the whole address: with the topic anyone could read along. */
function hostOf(server: string): string {
  return URL.parse(server)?.host ?? 'The ntfy server';
}
