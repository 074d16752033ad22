import { BaseAnthropic } from '@anthropic-ai/sdk/client';
import { Messages } from '@anthropic-ai/sdk/resources/messages';
import type { Fault } from '#shared/fault.ts';
import { faultOf } from './classify-fault.ts';

/** An API key of the user's own, or the token that a gateway wants in its place. */
export type Credential = { apiKey: string } | { authToken: string };

export interface Connection {
  messages: Messages;
  /** Where the calls go, for sentences: no path, no credentials. */
  host: string;
  secret: string;
}

const defaultBaseUrl = 'https://api.anthropic.com';

/** The version that the SDK speaks (1.11.0); stated so that nothing outside of Relay can change it. */
const apiVersion = '2026-10-21';

/** `setTimeout` takes no more. The idle watchdog is the only clock of a call. */
const neverMs = 2 ** 31 - 1;

/** Many times what the longest answer takes; all of it is in memory at once. */
const largestAnswerBytes = 64 * 1024 * 1024;

/** What the SDK may put on the wire; everything else it has from the environment. */
const passedHeaders = /^(?:accept|content-type|user-agent|x-stainless-.+)$/;

/**
 * A client that knows nothing but what it is given: not the key, the address, the headers or the log
 * level of `ANTHROPIC_*`, no retries of its own, no spans.
 *
 * @param onLife is called for every piece that arrives, keep-alive pings included
 */
export function connect(
  credential: Credential | undefined,
  baseUrl: string | undefined,
  onLife: () => void,
): { ok: true; connection: Connection } | { ok: false; fault: Fault } {
  const secret = secretOf(credential);
  const unusable = judgeSecret(secret) ?? judgeBaseUrl(baseUrl);
  if (unusable) return { ok: false, fault: unusable };
  const url = baseUrl ?? defaultBaseUrl;
  // Of the whole API Relay needs one resource; making all of them takes longer than a commit.
  const client = new BaseAnthropic({
    // Whether key or token, it goes out as a bearer token, which is set where the headers are.
    apiKey: secret,
    baseURL: url,
    webhookKey: null,
    maxRetries: 0,
    timeout: neverMs,
    // Even `error` logs what it could not parse, which is what somebody said.
    logLevel: 'off',
    openTelemetry: false,
    fetch: (input, init) => fetchWatched(input, init ?? {}, secret, onLife),
  });
  return {
    ok: true,
    connection: { messages: new Messages(client), host: new URL(url).host, secret },
  };
}

async function fetchWatched(
  input: string | URL | Request,
  init: RequestInit,
  secret: string,
  onLife: () => void,
): Promise<Response> {
  const headers = new Headers();
  for (const [name, value] of new Headers(init.headers)) {
    if (passedHeaders.test(name)) headers.set(name, value);
  }
  headers.set('anthropic-version', apiVersion);
  headers.set('authorization', `Bearer ${secret}`);
  // A redirect would take the conversation, and the call, to where nobody told Relay to go.
  const response = await fetch(input, { ...init, headers, redirect: 'manual' });
  onLife();
  if (!response.body) return response;
  let sizeBytes = 0;
  const watched = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      onLife();
      sizeBytes += chunk.length;
      if (sizeBytes > largestAnswerBytes) controller.error(new SyntaxError('it has no end'));
      else controller.enqueue(chunk);
    },
  });
  const { status, statusText } = response;
  return new Response(response.body.pipeThrough(watched), {
    status,
    statusText,
    headers: response.headers,
  });
}

function secretOf(credential: Credential | undefined): string {
  if (!credential) return '';
  return ('apiKey' in credential ? credential.apiKey : credential.authToken).trim();
}

function judgeSecret(secret: string): Fault | undefined {
  if (secret === '') {
    return faultOf(
      'key-missing',
      'There is no API key. Paste one in Settings or set ANTHROPIC_API_KEY in .env; waiting envelopes are kept.',
    );
  }
  // Said here because a header with such a character throws an error that quotes the key.
  if (!/^[\x21-\x7e]+$/.test(secret)) {
    return faultOf(
      'key-refused',
      'The API key has blanks or foreign characters in it, so it cannot be whole. Paste it again in Settings or in .env; waiting envelopes are kept.',
    );
  }
  // Anthropic forbids other programs to use a subscription's token (anthropic-facts.md 6.2).
  if (secret.startsWith('sk-ant-oat')) {
    return faultOf(
      'key-refused',
      'This is the token of a Claude subscription, which only Claude Code may use. Paste an API key, or choose the provider claude-code in Settings; waiting envelopes are kept.',
    );
  }
  return undefined;
}

function judgeBaseUrl(baseUrl: string | undefined): Fault | undefined {
  if (baseUrl === undefined) return undefined;
  const protocol = URL.parse(baseUrl)?.protocol;
  if (protocol === 'https:' || protocol === 'http:') return undefined;
  return faultOf(
    'no-api',
    'The base URL of the API is not an http address. Correct it in Settings (ANTHROPIC_BASE_URL); waiting envelopes are kept.',
  );
}
