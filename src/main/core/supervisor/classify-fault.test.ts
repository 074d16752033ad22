import Anthropic, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
} from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { Fault } from '#shared/fault.ts';
import { type CallContext, classifyFault, retryAfter } from './classify-fault.ts';

const now = Date.parse('2026-11-21T10:00:00Z');
const context: CallContext = {
  model: 'claude-opus-5-5',
  host: 'api.anthropic.com',
  hadBegun: false,
  now,
  secret: 'sk-ant-secret',
};

/** As the SDK throws it for an HTTP response. */
function httpError(status: number, error?: object, headers: Record<string, string> = {}) {
  const body = error === undefined ? undefined : { type: 'error', error };
  const all = new Headers({ 'request-id': 'req_1', ...headers });
  return APIError.generate(status, body, error === undefined ? '<html>' : undefined, all);
}

/** As the SDK throws it for an `error` event: no status, the class says nothing. */
function streamError(type: Anthropic.ErrorType) {
  const body = { type: 'error', error: { type, message: 'Overloaded' } };
  return new APIError(undefined, body, undefined, new Headers({ 'request-id': 'req_2' }), type);
}

describe('retry-after', () => {
  test.each([
    [{}, undefined],
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Sat, 21 Nov 2026 10:01:30 GMT' }, 90_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' }, 0],
    // By the server's clock, an hour behind of ours.
    [
      { 'retry-after': 'Sat, 21 Nov 2026 09:01:30 GMT', date: 'Sat, 21 Nov 2026 09:00:00 GMT' },
      90_000,
    ],
    [{ 'retry-after': 'Sat, 21 Nov 2026 10:01:30 GMT', date: 'today' }, 90_000],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': 'call 2099' }, undefined],
    [{ 'retry-after': '-7' }, undefined],
    [{ 'retry-after': '9'.repeat(400) }, undefined],
    [{ 'retry-after-ms': '12 monkeys', 'retry-after': '7' }, 7_000],
    [{ 'retry-after-ms': '1234', 'retry-after': '7' }, 1_234],
  ])('%j is %s', (headers: Record<string, string>, expected) => {
    expect(retryAfter(new Headers(headers), now)).toBe(expected);
  });

  test('is not kept for what waiting does not mend', () => {
    const error = httpError(402, { type: 'billing_error', message: 'No' }, { 'retry-after': '9' });
    expect(classifyFault(error, context)).not.toHaveProperty('retryAfterMs');
  });
});

describe('a fault is told by', () => {
  test.each([
    ['overloaded_error', 'overloaded'],
    ['rate_limit_error', 'rate-limit'],
    ['api_error', 'api-error'],
    ['timeout_error', 'api-error'],
    ['authentication_error', 'key-refused'],
    ['invalid_request_error', 'invalid-request'],
  ] as const)('the type of an error event: %s', (type, code) => {
    const fault = classifyFault(streamError(type), { ...context, hadBegun: true });
    expect(fault).toMatchObject({ code, requestId: 'req_2' });
    expect(fault).not.toHaveProperty('status');
  });

  test.each([
    [400, 'organization_on_hold', 'permission-denied'],
    [402, 'linked_organization_spend_limit_reached', 'spend-limit'],
    [402, 'linked_organization_billing_unavailable', 'billing'],
    [403, 'user_profile_not_billable', 'billing'],
    [413, 'request_body_too_large_after_decoding', 'request-too-large'],
    [429, 'something_new', 'rate-limit'],
  ])('the code inside a %i: %s', (status, errorCode, code) => {
    const type = status === 429 ? 'rate_limit_error' : 'invalid_request_error';
    const error = httpError(status, { type, message: 'No', details: { error_code: errorCode } });
    expect(classifyFault(error, context)).toMatchObject({ code, status });
  });

  test.each([
    [401, 'key-refused'],
    [403, 'permission-denied'],
    [404, 'no-api'],
    [408, 'api-error'],
    [413, 'request-too-large'],
    [418, 'invalid-request'],
    [429, 'rate-limit'],
    [503, 'api-error'],
    [529, 'overloaded'],
  ])('the status where the body is not the API’s: %i', (status, code) => {
    expect(classifyFault(httpError(status), context)).toMatchObject({ code, status });
  });

  test('the system’s own code where there was no answer', () => {
    const cause = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
    const error = new APIConnectionError({ cause: new TypeError('fetch failed', { cause }) });
    expect(classifyFault(error, context)).toMatchObject({
      code: 'connection',
      message: expect.stringContaining(
        'api.anthropic.com cannot be reached: the name is not known',
      ),
    });
    expect(classifyFault(new APIConnectionTimeoutError(), context).code).toBe('connection');
  });

  test('whether the answer had begun, for anything else', () => {
    const error = new Anthropic.AnthropicError('terminated');
    expect(classifyFault(error, { ...context, hadBegun: true }).code).toBe('cut');
    expect(classifyFault(error, context).code).toBe('connection');
    expect(classifyFault(new APIUserAbortError(), context).code).toBe('cut');
    expect(classifyFault(new SyntaxError('Unexpected'), context).code).toBe('malformed');
    expect(classifyFault('thrown text', context).code).toBe('connection');
  });
});

test('the API’s own words are shortened to one line and hold no secret', () => {
  const message = `no\n  good: sk-ant-secret ${'x'.repeat(400)}`;
  const fault = classifyFault(httpError(400, { type: 'invalid_request_error', message }), context);
  expect(Fault.safeParse(fault).success).toBe(true);
  expect(fault.message).toContain('no good: *** xxx');
  expect(fault.message).not.toContain('secret');
  expect(fault.message).not.toContain('\n');
  const late = { type: 'invalid_request_error', message: `${'x'.repeat(192)}sk-ant-secret` };
  expect(classifyFault(httpError(400, late), context).message).not.toContain('sk-');
  expect(fault.message.length).toBeLessThan(400);
});
