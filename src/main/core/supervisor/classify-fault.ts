import type Anthropic from '@anthropic-ai/sdk';
import { APIConnectionError, APIError, APIUserAbortError } from '@anthropic-ai/sdk';
import type { Fault, FaultCode, FaultRemedy } from '#shared/fault.ts';

/** What a sentence for the owner may name. None of it is secret. */
export interface CallContext {
  model: string;
  /** Host of the API, without credentials or path. */
  host: string;
  /** Whether the answer had begun when it failed. */
  hadBegun: boolean;
  /** Milliseconds since 1970, for a `retry-after` that is a date. */
  now: number;
  /** Taken out of every sentence, should the far end repeat it. */
  secret: string;
}

const remedies = {
  'key-missing': 'person',
  'key-refused': 'person',
  'permission-denied': 'person',
  billing: 'person',
  'spend-limit': 'person',
  'model-not-found': 'person',
  'no-api': 'person',
  'invalid-request': 'decide',
  'rate-limit': 'wait',
  overloaded: 'wait',
  'api-error': 'wait',
  connection: 'wait',
  stalled: 'wait',
  cut: 'wait',
  malformed: 'wait',
  refusal: 'decide',
  empty: 'decide',
  'too-many-rounds': 'decide',
  'max-tokens': 'lengthen',
  'prompt-too-long': 'shrink',
  'request-too-large': 'shrink',
} as const satisfies Record<FaultCode, FaultRemedy>;

/** A fault with the remedy that belongs to its code. */
export function faultOf(code: FaultCode, message: string): Fault {
  return { code, remedy: remedies[code], message };
}

/**
 * Makes a fault of whatever a call threw. Mid-stream errors have neither class nor status, so that
 * the type inside the error decides before the status does (anthropic-facts.md 2.2 to 2.4).
 */
export function classifyFault(error: unknown, context: CallContext): Fault {
  const fault = bareFault(error, context);
  const apiError = error instanceof APIError ? error : undefined;
  const retryAfterMs = apiError?.headers && retryAfter(apiError.headers, context.now);
  return {
    ...fault,
    message: masked(fault.message, context.secret),
    ...(apiError?.status === undefined ? {} : { status: apiError.status }),
    ...(apiError?.requestID ? { requestId: apiError.requestID } : {}),
    ...(retryAfterMs === undefined || fault.remedy !== 'wait' ? {} : { retryAfterMs }),
  };
}

function bareFault(error: unknown, context: CallContext): Fault {
  if (error instanceof APIUserAbortError) return faultOf('cut', 'The call was called off.');
  if (error instanceof APIConnectionError) return connectionFault(error, context);
  if (error instanceof APIError) return apiFault(error, context);
  if (error instanceof SyntaxError) {
    return faultOf(
      'malformed',
      `The answer of ${context.host} was garbled. Relay makes the call again.`,
    );
  }
  if (context.hadBegun) {
    return faultOf(
      'cut',
      `The connection to ${context.host} broke off in the middle of the answer. Relay makes the call again.`,
    );
  }
  return connectionFault(error, context);
}

/**
 * `retry-after` in milliseconds: by header in milliseconds, in seconds, or as a date. A date is
 * reckoned by the server's own clock, where it tells it, since one of the two may be wrong.
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const exact = plainNumber(headers.get('retry-after-ms'));
  if (exact !== undefined) return exact;
  const seconds = plainNumber(headers.get('retry-after'));
  if (seconds !== undefined) return seconds * 1000;
  const date = httpDate(headers.get('retry-after'));
  return date === undefined
    ? undefined
    : Math.max(0, date - (httpDate(headers.get('date')) ?? now));
}

/** Finite, and not negative; `Number` alone takes much that nobody means as a number. */
function plainNumber(header: string | null): number | undefined {
  const text = header?.trim() ?? '';
  const number = Number(text);
  return /^\d+(\.\d+)?$/.test(text) && Number.isFinite(number * 1000) ? number : undefined;
}

/** All three forms begin with the day of the week; `Date.parse` alone makes a date of most words. */
function httpDate(header: string | null): number | undefined {
  const text = header?.trim() ?? '';
  const date = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

function apiFault(error: APIError, context: CallContext): Fault {
  const byCode =
    error.errorCode === null ? undefined : faultByErrorCode(error, error.errorCode, context);
  return byCode ?? faultByType(error, context) ?? faultByStatus(error, context);
}

/** Codes that say more than type and status do. */
function faultByErrorCode(error: APIError, code: string, context: CallContext): Fault | undefined {
  switch (code) {
    case 'enforced_spend_limit_reached':
    case 'contract_spend_limit_reached':
    case 'linked_organization_spend_limit_reached':
      return spendLimitFault();
    case 'linked_organization_billing_unavailable':
    case 'user_profile_billing_not_authorized':
    case 'user_profile_not_billable':
      return billingFault(error, context);
    case 'organization_on_hold':
      return faultOf(
        'permission-denied',
        `The organization of this API key is on hold${detail(error, context)}. Settle it in the Anthropic Console, or use another key; waiting envelopes are kept.`,
      );
    case 'request_body_too_large_after_decoding':
      return tooLargeFault();
    default:
      return undefined;
  }
}

function faultByType(error: APIError, context: CallContext): Fault | undefined {
  // The SDK's list of types is not closed: `request_too_large` is missing from it.
  const type: string | null = error.type;
  switch (type) {
    case 'authentication_error':
      return faultOf(
        'key-refused',
        'The API key was refused (401). Paste a new one in Settings or in .env; waiting envelopes are kept.',
      );
    case 'billing_error':
      return billingFault(error, context);
    case 'permission_error':
      return faultOf(
        'permission-denied',
        `The API key has no permission for ${context.model} (403)${detail(error, context)}. Allow it in the Anthropic Console, or choose another key or model in Settings; waiting envelopes are kept.`,
      );
    case 'not_found_error':
      return faultOf(
        'model-not-found',
        `${context.host} knows no model "${context.model}" (404). Choose another one in Settings; waiting envelopes are kept.`,
      );
    case 'rate_limit_error':
      return faultOf(
        'rate-limit',
        'The rate limit of the API key is used up for now (429). Relay waits and makes the call again.',
      );
    case 'overloaded_error':
      return faultOf('overloaded', 'The API is overloaded. Relay waits and makes the call again.');
    case 'api_error':
    case 'timeout_error':
      return serverFault(error);
    case 'request_too_large':
      return tooLargeFault();
    case 'invalid_request_error':
      return invalidRequestFault(error, context);
    default:
      return undefined;
  }
}

/** A proxy in between, or a gateway, answers without the API's error envelope. */
function faultByStatus(error: APIError, context: CallContext): Fault {
  const status = error.status ?? 0;
  if (status === 401) return typedAs('authentication_error', error, context);
  if (status === 402) return billingFault(error, context);
  if (status === 403) return typedAs('permission_error', error, context);
  if (status === 413) return tooLargeFault();
  if (status === 429) return typedAs('rate_limit_error', error, context);
  if (status === 529) return typedAs('overloaded_error', error, context);
  if (status >= 300 && status < 400) {
    return faultOf(
      'no-api',
      `${context.host} sends the calls elsewhere (${status}), where Relay does not follow with your key. Set the base URL in Settings (ANTHROPIC_BASE_URL) to where the API is; waiting envelopes are kept.`,
    );
  }
  if (status === 404) {
    return faultOf(
      'no-api',
      `There is no Messages API at ${context.host} (404). Check the base URL in Settings (ANTHROPIC_BASE_URL); waiting envelopes are kept.`,
    );
  }
  const isPassing = [408, 409, 425].includes(status) || status >= 500 || status === 0;
  return isPassing ? serverFault(error) : invalidRequestFault(error, context);
}

function typedAs(type: Anthropic.ErrorType, error: APIError, context: CallContext): Fault {
  const typed = new APIError(error.status, undefined, undefined, error.headers, type);
  // Every type that is passed has a case of its own; the fallback only satisfies the types.
  return faultByType(typed, context) ?? serverFault(error);
}

/** 400 covers three things that are mended differently, told apart by the words alone. */
function invalidRequestFault(error: APIError, context: CallContext): Fault {
  const words = error.apiMessage ?? '';
  if (/specified API usage limits/i.test(words)) return spendLimitFault();
  if (/credit balance is too low/i.test(words)) return billingFault(error, context);
  if (/prompt is too long|exceeds? the (?:maximum )?context/i.test(words)) {
    return faultOf(
      'prompt-too-long',
      'The conversation is longer than the model can read. Relay shortens it and makes the call again.',
    );
  }
  const status = error.status === undefined ? '' : ` (${error.status})`;
  return faultOf(
    'invalid-request',
    `The API did not accept the request${status}${detail(error, context)}. Check model and limits in Settings, then ask again; nothing is lost.`,
  );
}

function spendLimitFault(): Fault {
  return faultOf(
    'spend-limit',
    'The spend limit set for this API key is reached. Raise it in the Anthropic Console; waiting envelopes are kept.',
  );
}

function billingFault(error: APIError, context: CallContext): Fault {
  return faultOf(
    'billing',
    `The account of the API key cannot be charged${detail(error, context)}. Add credit or mend the payment in the Anthropic Console; waiting envelopes are kept.`,
  );
}

function serverFault(error: APIError): Fault {
  const status = error.status === undefined ? '' : ` (${error.status})`;
  return faultOf('api-error', `The API failed on its side${status}. Relay makes the call again.`);
}

function tooLargeFault(): Fault {
  return faultOf(
    'request-too-large',
    'The request is larger than the API takes (413). Relay shortens the conversation and makes the call again.',
  );
}

/** What an owner can do something about, by the system's own code for it. */
const connectionCauses: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing answers there',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'names cannot be looked up now',
  ECONNRESET: 'the connection was dropped',
  EPIPE: 'the connection was dropped',
  UND_ERR_SOCKET: 'the connection was dropped',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  ENETUNREACH: 'the network is down',
  EHOSTUNREACH: 'the network is down',
};

function connectionFault(error: unknown, { host }: CallContext): Fault {
  const code = causeCode(error);
  const cause = code === undefined ? undefined : causeInWords(code);
  const because = cause === undefined ? '' : `: ${cause}`;
  return faultOf(
    'connection',
    `${host} cannot be reached${because}. Relay goes on trying; if it stays so, check the network and the base URL.`,
  );
}

function causeInWords(code: string): string {
  const known = connectionCauses[code];
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return 'what answers there is no web server';
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return 'what answers there speaks no TLS';
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) return 'its certificate is not trusted';
  return `the connection failed (${code})`;
}

function causeCode(error: unknown): string | undefined {
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    if ('code' in current && typeof current.code === 'string') return current.code;
    current = current.cause;
  }
  return undefined;
}

/** The API's own words: one line, short, masked before it is cut, since it may quote anything. */
function detail(error: APIError, { secret }: CallContext): string {
  const words = masked(error.apiMessage ?? '', secret)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.:;]$/, '');
  if (words === '') return '';
  return `: ${words.length > 200 ? `${words.slice(0, 199)}…` : words}`;
}

function masked(text: string, secret: string): string {
  return secret === '' ? text : text.replaceAll(secret, '***');
}
