import type { Fault, FaultCode } from '#shared/fault.ts';
import { faultOf } from './classify-fault.ts';
import type { ClaudeResult } from './claude-code-lines.ts';
import type { ClaudeExit } from './claude-code-run.ts';

/** What is known when a call through Claude Code has failed. */
export interface ClaudeFailure {
  model: string;
  result: ClaudeResult;
  /** Claude Code's own code (contract, section 5 "StopFailure"); it says more than the status. */
  code: string | undefined;
  /** When a used-up limit is full again, milliseconds since 1970. */
  resetsAtMs: number | undefined;
  now: number;
}

export const claudeMissing = (): Fault =>
  faultOf(
    'no-api',
    'Claude Code is not installed: there is no `claude` on the path. Install it, or choose the provider anthropic in Settings; waiting envelopes are kept.',
  );

export const claudeSignedOut = (): Fault =>
  faultOf(
    'key-missing',
    'Claude Code is not signed in. Run `claude auth login` in a terminal; waiting envelopes are kept.',
  );

/** The fault of a call that Claude Code reports as failed. */
export function claudeFault(failure: ClaudeFailure): Fault {
  const { result, resetsAtMs, now } = failure;
  const fault = bareFault(failure);
  const status = result.api_error_status ?? undefined;
  const isLimited = fault.code === 'rate-limit' && resetsAtMs !== undefined;
  return {
    ...fault,
    ...(status === undefined ? {} : { status }),
    ...(isLimited ? { retryAfterMs: Math.max(0, resetsAtMs - now) } : {}),
  };
}

function bareFault({ model, result, code }: ClaudeFailure): Fault {
  const said = inWords(result.result);
  if (result.terminal_reason === 'prompt_too_long') {
    return faultOf(
      'prompt-too-long',
      'The conversation is longer than the model can read. Relay shortens it and makes the call again.',
    );
  }
  switch (faultCode(result, code)) {
    case 'key-missing':
      return claudeSignedOut();
    case 'key-refused':
      return faultOf(
        'key-refused',
        `The login of Claude Code was refused${said}. Run \`claude auth login\` in a terminal; waiting envelopes are kept.`,
      );
    case 'permission-denied':
      return faultOf(
        'permission-denied',
        `Claude Code's account may not do this${said}. Settle it in a terminal with \`claude\`; waiting envelopes are kept.`,
      );
    case 'billing':
      return faultOf(
        'billing',
        `The account of Claude Code cannot be charged${said}. Mend the payment; waiting envelopes are kept.`,
      );
    case 'rate-limit':
      return faultOf(
        'rate-limit',
        `Claude Code may not call for now${said}. Relay waits and makes the call again.`,
      );
    case 'overloaded':
      return faultOf('overloaded', 'The API is overloaded. Relay waits and makes the call again.');
    case 'connection':
      return faultOf(
        'connection',
        `Claude Code cannot reach its API${said}. Relay goes on trying; if it stays so, check the network.`,
      );
    case 'model-not-found':
      return faultOf(
        'model-not-found',
        `Claude Code's account has no model "${model}". Choose another one in Settings; waiting envelopes are kept.`,
      );
    case 'request-too-large':
      return faultOf(
        'request-too-large',
        'The request is larger than the API takes. Relay shortens the conversation and makes the call again.',
      );
    case 'max-tokens':
      return faultOf(
        'max-tokens',
        'The answer did not fit into the allowed length. Relay makes the call again with more room.',
      );
    case 'api-error':
      return faultOf('api-error', `The API failed on its side${said}. Relay makes the call again.`);
    default:
      return faultOf(
        'invalid-request',
        `Claude Code did not get an answer${said}. Check model and limits in Settings, then ask again; nothing is lost.`,
      );
  }
}

function faultCode(result: ClaudeResult, code: string | undefined): FaultCode {
  const status = result.api_error_status ?? undefined;
  if (result.api_error === 'connection_failed') return 'connection';
  if (status === 413) return 'request-too-large';
  if (status === 529) return 'overloaded';
  switch (code) {
    case 'authentication_failed':
      if (status === 403) return 'permission-denied';
      return status === undefined ? 'key-missing' : 'key-refused';
    case 'oauth_org_not_allowed':
    case 'verification_required':
    case 'account_on_hold':
    case 'cloud_credential_error':
      return 'permission-denied';
    case 'billing_error':
      return 'billing';
    case 'rate_limit':
      return 'rate-limit';
    case 'overloaded':
      return 'overloaded';
    case 'model_not_found':
      return 'model-not-found';
    case 'max_output_tokens':
      return 'max-tokens';
    case 'server_error':
      return 'api-error';
    default:
      return status !== undefined && status >= 500 ? 'api-error' : 'invalid-request';
  }
}

/** What a `claude` that ended without a result amounts to. */
export function faultByExit(exit: ClaudeExit, wasGarbled: boolean): Fault {
  const { code, signal, stderr } = exit;
  const said = inWords(stderr.trim().split('\n').at(-1) ?? '');
  if (code === null && signal === null) {
    return faultOf(
      'no-api',
      `Claude Code could not be started${said}. Run \`claude\` in a terminal to see why; waiting envelopes are kept.`,
    );
  }
  if (/unknown option/.test(stderr)) {
    return faultOf(
      'no-api',
      `This Claude Code is too old for Relay${said}. Run \`claude update\`; waiting envelopes are kept.`,
    );
  }
  if (signal !== null || (code ?? 0) > 128) {
    return faultOf(
      'cut',
      'Claude Code was ended in the middle of the answer. Relay makes the call again.',
    );
  }
  return faultOf(
    'malformed',
    wasGarbled || said === ''
      ? 'Claude Code ended without an answer that Relay can read. Relay goes on trying; if it stays so, run `claude -p hello` in a terminal.'
      : `Claude Code ended without an answer${said}. Relay goes on trying; if it stays so, run \`claude -p hello\` in a terminal.`,
  );
}

/** Claude Code's words, to stand inside a sentence: one line, short. */
function inWords(text: string): string {
  const words = text
    .replace(/\s+/g, ' ')
    .replace(/^API Error:\s*/, '')
    .trim()
    .replace(/[.:;]$/, '');
  if (words === '') return '';
  return `: ${words.length > 200 ? `${words.slice(0, 199)}…` : words}`;
}
