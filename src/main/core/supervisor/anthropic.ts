import type { Messages, RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import type { Fault } from '#shared/fault.ts';
import { noUsage, type Usage } from '#shared/usage.ts';
import { type Connection, type Credential, connect } from './anthropic-connection.ts';
import { messagesParams } from './anthropic-request.ts';
import { classifyFault, faultOf } from './classify-fault.ts';
import { createReception, type Reception } from './reception.ts';
import { faultByStop } from './stop-fault.ts';
import type {
  CallOutcome,
  Supervisor,
  SupervisorAnswer,
  SupervisorProgress,
  SupervisorRequest,
} from './supervisor.ts';
import { givesVerdict, readVerdict } from './verdict.ts';
import { longestAnswerMs, startWatchdog, type Watchdog } from './watchdog.ts';

export type { Credential } from './anthropic-connection.ts';

/** Takes counts and ids, never words of a conversation and never a secret. */
export interface SupervisorLogger {
  info(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface AnthropicSupervisorOptions {
  /** Asked at every call, so that a new key works at once. */
  credential: () => Credential | undefined;
  /** undefined for Anthropic's own address. The environment is not looked at. */
  baseUrl: () => string | undefined;
  /** How long nothing at all may arrive, headers included; a function is asked at every call.
   * Default 120 s. */
  idleTimeoutMs?: number | (() => number);
  /** How long an answer may take in all. Default two hours. */
  longestMs?: number;
  logger?: SupervisorLogger;
  clock?: { now(): number };
}

const defaultIdleTimeoutMs = 120_000;
/** From the last event of an answer to the end of its response. */
const endsWithinMs = 1000;
/** For counting and probing, which answer at once or not at all. */
const shortTimeoutMs = 30_000;

/** One call to the API, as far as its faults depend on it. */
interface Attempt {
  model: string;
  idleMs: number;
  signal: AbortSignal;
  hadBegun(): boolean;
  isWhole(): boolean;
}

/** The supervisor behind the Anthropic Messages API. */
export function createAnthropicSupervisor(options: AnthropicSupervisorOptions): Supervisor {
  const { idleTimeoutMs = defaultIdleTimeoutMs, longestMs = longestAnswerMs } = options;
  const idleMsNow = typeof idleTimeoutMs === 'function' ? idleTimeoutMs : () => idleTimeoutMs;
  const now = options.clock?.now ?? Date.now;

  /** One call to the API, with its connection and watchdog; every failure becomes a fault. */
  async function attempt<T>(
    call: Attempt,
    make: (messages: Messages, signal: AbortSignal, connection: Connection) => Promise<T>,
  ): Promise<{ ok: true; value: T } | { ok: false; fault: Fault }> {
    const watchdog = startWatchdog({ idleMs: call.idleMs, longestMs });
    try {
      const connected = connect(options.credential(), options.baseUrl(), watchdog.feed);
      if (!connected.ok) return connected;
      const { connection } = connected;
      try {
        const signal = AbortSignal.any([call.signal, watchdog.signal]);
        const value = await make(connection.messages, signal, connection);
        // An aborted stream ends without a word, like one that is whole.
        const stopped = call.isWhole() ? undefined : faultByAbort(call, watchdog);
        return stopped ? { ok: false, fault: stopped } : { ok: true, value };
      } catch (error) {
        const { host, secret } = connection;
        const hadBegun = call.hadBegun();
        const context = { model: call.model, host, secret, hadBegun, now: now() };
        const stopped = faultByAbort(call, watchdog);
        return { ok: false, fault: stopped ?? classifyFault(error, context) };
      }
    } finally {
      watchdog.stop();
    }
  }

  function shortAttempt(model: string, signal: AbortSignal): Attempt {
    const idleMs = Math.min(idleMsNow(), shortTimeoutMs);
    return { model, idleMs, signal, hadBegun: () => false, isWhole: () => true };
  }

  function report(listener: (progress: SupervisorProgress) => void, progress: SupervisorProgress) {
    try {
      listener(progress);
    } catch (error) {
      options.logger?.error({ err: error }, 'a listener of a call failed');
    }
  }

  return {
    async answer(request, onProgress, signal) {
      const reception = createReception(request.cacheTtl);
      const startedAt = now();
      let requestId: string | undefined;
      let contentType = '';
      const { model } = request;
      const hadBegun = () => requestId !== undefined || reception.model !== undefined;
      const isWhole = () => reception.isComplete;
      const attempted = await attempt(
        { model, idleMs: idleMsNow(), signal, hadBegun, isWhole },
        async (messages, callSignal, { host }) => {
          const params = messagesParams(request);
          const opened = await messages.create(params, { signal: callSignal }).withResponse();
          requestId = opened.request_id ?? undefined;
          contentType = opened.response.headers.get('content-type') ?? '';
          report(onProgress, { kind: 'started', requestId });
          const events = opened.data[Symbol.asyncIterator]();
          for (let next = await events.next(); !next.done; next = await events.next()) {
            const progress = taken(reception, next.value);
            if (progress) report(onProgress, progress);
            if (!reception.isComplete) continue;
            void letEnd(events, () => opened.data.controller.abort());
            break;
          }
          return host;
        },
      );
      const outcome: CallOutcome = attempted.ok
        ? outcomeOf(request, reception, requestId, { host: attempted.value, contentType })
        : failed({ requestId, ...attempted.fault }, reception);
      logOutcome(outcome, request, now() - startedAt, options.logger);
      return outcome;
    },

    async countTokens(model, text, signal) {
      if (text.trim() === '') return 0;
      const counted = await attempt(shortAttempt(model, signal), (messages, callSignal) =>
        countTokens(messages, model, text, callSignal),
      );
      return counted.ok ? counted.value : undefined;
    },

    async probe(model, signal) {
      // Counting is free, and it proves more than the list of models does: the key, the model, and
      // that the key may send messages to it.
      const probed = await attempt(
        shortAttempt(model, signal),
        async (messages, callSignal, { host }) => {
          const tokens = await countTokens(messages, model, 'Hello', callSignal);
          return { host, isCounted: tokens !== undefined };
        },
      );
      if (!probed.ok) return probed;
      const { host, isCounted } = probed.value;
      if (isCounted) return { ok: true, found: `${host} takes the key and knows ${model}.` };
      const message = `${host} answered with something else than the Messages API. Check the base URL in Settings (ANTHROPIC_BASE_URL).`;
      return { ok: false, fault: faultOf('malformed', message) };
    },
  };
}

/**
 * The rest is silence, and nobody waits for it. But a response that is left alone ends in a moment by
 * itself, and its connection serves the next call; one that is broken off takes the connection along.
 * A gateway may forget to end it.
 */
async function letEnd(events: AsyncIterator<unknown>, abort: () => void): Promise<void> {
  const tooLate = setTimeout(abort, endsWithinMs).unref();
  try {
    await events.next();
    await events.return?.();
  } catch {
    // Nothing depends on it any more.
  } finally {
    clearTimeout(tooLate);
  }
}

async function countTokens(
  messages: Messages,
  model: string,
  text: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const counted = await messages.countTokens(
    { model, messages: [{ role: 'user', content: text.toWellFormed() }] },
    { signal },
  );
  // A gateway may answer 200 with something else.
  return Number.isInteger(counted.input_tokens) ? counted.input_tokens : undefined;
}

/** @throws SyntaxError, which is what an answer is that has not the form it should have */
function taken(reception: Reception, event: RawMessageStreamEvent): SupervisorProgress | undefined {
  try {
    return reception.take(event);
  } catch (error) {
    throw new SyntaxError('an event has not the form that it should have', { cause: error });
  }
}

function faultByAbort({ signal, idleMs }: Attempt, watchdog: Watchdog): Fault | undefined {
  if (signal.aborted) return faultOf('cut', 'The call was called off.');
  if (watchdog.bit === undefined) return undefined;
  if (watchdog.bit === 'longest') {
    return faultOf('stalled', 'The answer of the API had no end. Relay makes the call again.');
  }
  return faultOf(
    'stalled',
    `Nothing came from the API for ${Math.round(idleMs / 100) / 10} seconds. Relay makes the call again.`,
  );
}

/** What a stream that ended without an error amounts to. */
function outcomeOf(
  request: SupervisorRequest,
  reception: Reception,
  requestId: string | undefined,
  source: { host: string; contentType: string },
): CallOutcome {
  const fault = faultByEnd(reception, source);
  const withId = requestId === undefined ? {} : { requestId };
  if (fault) return failed({ ...fault, ...withId }, reception);
  const { text, toolCalls, usage, stopReason } = reception;
  const model = reception.model ?? request.model;
  const facts = { text, model, stopReason: stopReason ?? 'unknown', requestId, ...usedBy(usage) };
  const isAsking = request.tools !== undefined && toolCalls.length > 0;
  if (isAsking && !toolCalls.some(givesVerdict)) {
    const calls = toolCalls.map(({ id, name, input }) => ({ toolUseId: id, name, input }));
    return {
      ok: true,
      kind: 'tools',
      answer: { ...facts, calls, assistant: reception.content },
    };
  }
  const plain = text.trim() === '' ? undefined : ({ kind: 'reply', text } as const);
  const verdict = request.verdictTools ? readVerdict(text, toolCalls) : plain;
  if (!verdict) {
    const empty = faultOf(
      'empty',
      'The supervisor answered without a word. Answer the session yourself, or have the call made again.',
    );
    return failed({ ...empty, ...withId }, reception);
  }
  return { ok: true, kind: 'answer', answer: { ...facts, verdict } };
}

const usedBy = (usage: Usage | undefined): Pick<SupervisorAnswer, 'usage' | 'hasNoUsage'> =>
  usage ? { usage } : { usage: noUsage, hasNoUsage: true };

function faultByEnd(
  reception: Reception,
  { host, contentType }: { host: string; contentType: string },
): Fault | undefined {
  if (!reception.isComplete) {
    const isStream = /event-stream/i.test(contentType);
    return isStream
      ? faultOf('cut', `${host} ended the answer in the middle. Relay makes the call again.`)
      : faultOf(
          'malformed',
          `${host} answered with something else than the Messages API. Relay goes on trying; if it stays so, check the base URL.`,
        );
  }
  return faultByStop(reception);
}

function failed(
  fault: Omit<Fault, 'requestId'> & { requestId?: string | undefined },
  reception: Reception,
): CallOutcome {
  const { requestId, ...rest } = fault;
  const { text, model, toolCalls } = reception;
  return {
    ok: false,
    fault: requestId === undefined ? rest : { ...rest, requestId },
    partialText: text,
    ...spent(fault, reception.usage, text !== '' || toolCalls.length > 0),
    ...(model === undefined ? {} : { model }),
  };
}

/** A refusal that produced nothing is not billed, whatever its usage says. */
function spent(
  fault: Pick<Fault, 'code'>,
  usage: Usage | undefined,
  hasOutput: boolean,
): { usage?: Usage } {
  const isFree = fault.code === 'refusal' && !hasOutput;
  return usage === undefined || isFree ? {} : { usage };
}

function logOutcome(
  outcome: CallOutcome,
  request: SupervisorRequest,
  durationMs: number,
  logger: SupervisorLogger | undefined,
): void {
  const { model } = request;
  if (outcome.ok) {
    const { usage, stopReason, requestId } = outcome.answer;
    const said =
      outcome.kind === 'answer'
        ? { verdict: outcome.answer.verdict.kind }
        : { tools: outcome.answer.calls.map(({ name }) => name) };
    const fields = { model, usage, stopReason, requestId, ...said, durationMs };
    logger?.info(fields, 'supervisor answered');
  } else {
    const { fault, usage } = outcome;
    const { code, status, requestId } = fault;
    const fields = { model, usage, fault: code, status, requestId, durationMs };
    logger?.info(fields, 'supervisor call failed');
  }
}
