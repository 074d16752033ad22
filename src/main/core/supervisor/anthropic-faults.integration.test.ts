import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Answer } from '#demo/messages-api.ts';
import { createAnthropicSupervisor } from './anthropic.ts';
import {
  answerIn,
  ask,
  closeApis,
  faultIn,
  never,
  request,
  startApi,
  supervisorOf,
} from './testing/ask-anthropic.ts';

afterEach(closeApis);

describe('a fault', () => {
  const http = (status: number, type?: string, message?: string, errorCode?: string): Answer => ({
    fault: {
      status,
      ...(type ? { type } : {}),
      ...(message ? { message } : {}),
      ...(errorCode ? { errorCode } : {}),
    },
  });

  test.each<[string, Answer, object]>([
    ['401', http(401), { code: 'key-refused', remedy: 'person', status: 401 }],
    ['402', http(402), { code: 'billing', remedy: 'person', status: 402 }],
    ['403', http(403), { code: 'permission-denied', remedy: 'person', status: 403 }],
    ['404', http(404), { code: 'model-not-found', remedy: 'person', status: 404 }],
    ['429', http(429), { code: 'rate-limit', remedy: 'wait', status: 429 }],
    [
      'enforced spend limit',
      http(429, undefined, 'Limit reached', 'enforced_spend_limit_reached'),
      { code: 'spend-limit', remedy: 'person', status: 429 },
    ],
    [
      'contract spend limit',
      http(429, undefined, 'Limit reached', 'contract_spend_limit_reached'),
      { code: 'spend-limit', remedy: 'person', status: 429 },
    ],
    [
      'ramp limit',
      http(429, undefined, 'Too fast', 'ramp_limit_exceeded'),
      { code: 'rate-limit', remedy: 'wait', status: 429 },
    ],
    [
      'spend limit of the user',
      http(400, undefined, 'You have reached your specified API usage limits. You will regain…'),
      { code: 'spend-limit', remedy: 'person', status: 400 },
    ],
    [
      'no credit',
      http(400, undefined, 'Your credit balance is too low to access the Anthropic API.'),
      { code: 'billing', remedy: 'person', status: 400 },
    ],
    ['500', http(500), { code: 'api-error', remedy: 'wait', status: 500 }],
    ['504', http(504), { code: 'api-error', remedy: 'wait', status: 504 }],
    ['529', http(529), { code: 'overloaded', remedy: 'wait', status: 529 }],
    [
      '413 as HTML',
      { fault: { status: 413, nonJson: '<html>413 Request Entity Too Large</html>' } },
      { code: 'request-too-large', remedy: 'shrink', status: 413 },
    ],
    ['413 of the API', http(413), { code: 'request-too-large', remedy: 'shrink', status: 413 }],
    [
      '502 as HTML',
      { fault: { status: 502, nonJson: '<html>Bad gateway</html>' } },
      { code: 'api-error', remedy: 'wait', status: 502 },
    ],
    [
      '400 otherwise',
      http(400, undefined, 'messages.0: something odd.'),
      { code: 'invalid-request', remedy: 'decide', status: 400 },
    ],
    [
      'prompt too long',
      http(400, undefined, 'prompt is too long: 1200000 tokens > 1000000 maximum'),
      { code: 'prompt-too-long', remedy: 'shrink', status: 400 },
    ],
    [
      'window full while answering',
      { text: 'It goes', contextExceeded: true },
      { code: 'prompt-too-long', remedy: 'shrink' },
    ],
    ['cut socket', { text: 'Never whole', cut: 5 }, { code: 'cut', remedy: 'wait' }],
    ['cut before any text', { text: 'Never', cut: 0 }, { code: 'cut', remedy: 'wait' }],
    ['early end', { text: 'Never whole', endEarly: 5 }, { code: 'cut', remedy: 'wait' }],
    [
      'overload in the stream',
      {
        text: 'Never whole',
        sseError: { type: 'overloaded_error', message: 'Overloaded' },
        afterChars: 5,
      },
      { code: 'overloaded', remedy: 'wait' },
    ],
    [
      'failure in the stream',
      { sseError: { type: 'api_error', message: 'Internal server error' } },
      { code: 'api-error', remedy: 'wait' },
    ],
    [
      'malformed event',
      { text: 'Never whole', malformed: true, afterChars: 5 },
      { code: 'malformed', remedy: 'wait' },
    ],
    ['max_tokens', { text: 'Cut short here', maxTokens: true }, { code: 'max-tokens' }],
    ['empty answer', { text: '' }, { code: 'empty', remedy: 'decide' }],
    ['blank answer', { text: ' \n ' }, { code: 'empty', remedy: 'decide' }],
  ])('%s', async (_name, answer, expected) => {
    const { outcome, api } = await ask(answer);
    const fault = faultIn(outcome);
    expect(fault).toMatchObject(expected);
    expect(fault.requestId).toMatch(/^req_/);
    // A sentence or more, each ended, and no key in any of them.
    expect(fault.message).toMatch(/^[A-Z0-9].*\.$/);
    expect(fault.message).not.toContain(api.key);
    expect(fault).not.toHaveProperty('retryAfterMs');
    expect(api.requests).toHaveLength(1);
  });

  test('keeps the text that came before it', async () => {
    for (const answer of [
      { text: 'Never whole', cut: 5 },
      { text: 'Never whole', endEarly: 5 },
      { text: 'Never whole', malformed: true as const, afterChars: 5 },
    ]) {
      const { outcome } = await ask(answer);
      expect(outcome).toMatchObject({ ok: false, partialText: 'Never', model: 'claude-opus-5-5' });
    }
  });

  test('says how long the server wants to be left alone, by seconds or by date', async () => {
    const seconds = await ask({ fault: { status: 429, retryAfterSeconds: 3600 } });
    expect(faultIn(seconds.outcome).retryAfterMs).toBe(3_600_000);
    // Both by the server's clock: that of this machine may be wrong.
    const date = await ask(
      { fault: { status: 529, retryAfterDate: new Date(Date.now() + 90_000) } },
      { options: { clock: { now: () => 0 } } },
    );
    const { retryAfterMs } = faultIn(date.outcome);
    expect(retryAfterMs).toBeGreaterThan(80_000);
    expect(retryAfterMs).toBeLessThanOrEqual(90_000);
  });

  test('of a refusal names the category and costs nothing where nothing was said', async () => {
    const silent = await ask({ refusal: { category: 'cyber' } });
    expect(faultIn(silent.outcome)).toMatchObject({ code: 'refusal', remedy: 'decide' });
    expect(faultIn(silent.outcome).message).toContain('cyber');
    expect(silent.outcome).not.toHaveProperty('usage');
    const late = await ask({ text: 'Well, ', refusal: { category: null } });
    expect(faultIn(late.outcome)).toMatchObject({ code: 'refusal' });
    expect(late.outcome).toHaveProperty('usage.output');
  });

  test('of a stream that stands still is found by the watchdog, which hangs up', async () => {
    const { outcome, api } = await ask(
      { text: 'Never whole', stall: 5 },
      { options: { idleTimeoutMs: 400 } },
    );
    expect(faultIn(outcome)).toMatchObject({ code: 'stalled', remedy: 'wait' });
    expect(outcome).toMatchObject({ partialText: 'Never' });
    await api.waitForRequest((call) => call.outcome === 'left');
  });

  test('of headers that never come is found by the watchdog too', async () => {
    const api = await startApi(() => new Promise<Answer>(() => {}));
    const supervisor = supervisorOf(api, { idleTimeoutMs: () => 200 });
    const outcome = await supervisor.answer(request, () => {}, never);
    expect(faultIn(outcome)).toMatchObject({ code: 'stalled', remedy: 'wait' });
  });

  test('is not a slow answer that keeps moving', async () => {
    // Twenty pieces of 50 ms each: longer in all than the watchdog waits, shorter each.
    const { outcome } = await ask(
      { text: 'x'.repeat(200), chunkChars: 10, chunkDelayMs: 50 },
      { options: { idleTimeoutMs: 700 } },
    );
    expect(answerIn(outcome).text).toHaveLength(200);
  });

  test('of a stream that goes on for ever is ended, though it never stands still', async () => {
    const { outcome } = await ask(
      { text: 'x'.repeat(10_000), chunkChars: 1, chunkDelayMs: 20 },
      { options: { idleTimeoutMs: 5_000, longestMs: 300 } },
    );
    expect(faultIn(outcome)).toMatchObject({ code: 'stalled', remedy: 'wait' });
    expect(faultIn(outcome).message).toContain('had no end');
  });

  test('of a server that is not there names the reason', async () => {
    const api = await startApi(() => ({}));
    await api.close();
    const outcome = await supervisorOf(api).answer(request, () => {}, never);
    expect(faultIn(outcome)).toMatchObject({ code: 'connection', remedy: 'wait' });
    expect(faultIn(outcome).message).toContain('nothing answers there');
    expect(faultIn(outcome).message).toContain(new URL(api.url).host);
  });

  test('of a page that is no API says so', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in to WiFi</html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const supervisor = createAnthropicSupervisor({
      credential: () => ({ apiKey: 'sk-ant-x' }),
      baseUrl: () => `http://127.0.0.1:${port}`,
    });
    const outcome = await supervisor.answer(request, () => {}, never);
    server.close();
    expect(faultIn(outcome)).toMatchObject({ code: 'malformed' });
    expect(faultIn(outcome).message).toContain('base URL');
  });
});

describe('called off', () => {
  test('in the middle of an answer, it resolves and hangs up', async () => {
    const api = await startApi(() => ({ text: 'Never whole', stall: 5 }));
    const controller = new AbortController();
    const outcome = await supervisorOf(api).answer(
      request,
      (progress) => {
        if (progress.kind === 'text') controller.abort();
      },
      controller.signal,
    );
    expect(faultIn(outcome)).toMatchObject({ code: 'cut' });
    expect(outcome).toMatchObject({ partialText: 'Never' });
    await api.waitForRequest((call) => call.outcome === 'left');
  });

  test('before the headers', async () => {
    const controller = new AbortController();
    const api = await startApi(() => {
      controller.abort();
      return new Promise<Answer>(() => {});
    });
    const outcome = await supervisorOf(api).answer(request, () => {}, controller.signal);
    expect(faultIn(outcome)).toMatchObject({ code: 'cut' });
  });

  test('before it began, nothing is sent', async () => {
    const { api, outcome } = await ask({}, { signal: AbortSignal.abort() });
    expect(faultIn(outcome)).toMatchObject({ code: 'cut' });
    expect(api.requests).toHaveLength(0);
  });
});
