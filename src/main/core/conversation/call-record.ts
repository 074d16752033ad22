import { setTimeout as delay } from 'node:timers/promises';
import type { CallId, ExchangeId, SessionId } from '#shared/ids.ts';
import type { Usage } from '#shared/usage.ts';
import type { Command, CommandOf } from '../engine/command.ts';
import type { Engine } from '../engine/engine.ts';
import type { CallOutcome, SupervisorRequest } from '../supervisor/supervisor.ts';
import type { CallSettings } from './call-settings.ts';
import { sentMark } from './sent-mark.ts';

/** `costUsd` is null for a model that the price table does not know. */
export type Price = (
  model: string,
  usage: Usage,
) => { costUsd: number | null; savedByCacheUsd: number };

/** What a call is about to send. */
export interface CallBegin {
  purpose: 'answer' | 'summary';
  request: SupervisorRequest;
  provider: CallSettings['provider'];
  /** The events that it sends. */
  range: { fromSeq: number; toSeq: number; estimatedTokens: number };
}

/** Commits the start of a call; undefined where it must not be made now (budget, block, gone). */
export function startCall(
  engine: Engine,
  exchangeId: ExchangeId,
  { purpose, request, provider, range }: CallBegin,
): CallId | undefined {
  const { model, maxTokens } = request;
  const { fromSeq, toSeq, estimatedTokens } = range;
  const facts = { exchangeId, purpose, model, maxTokens, fromSeq, toSeq, estimatedTokens };
  const sent = sentMark(request, provider);
  const outcome = engine.execute({ kind: 'startCall', ...facts, sent });
  if (!outcome.ok) return undefined;
  return outcome.events.find((event) => event.type === 'call.started')?.payload.callId;
}

const unpriced = { costUsd: null, savedByCacheUsd: 0 };

/** The command that tells the engine how a call went, priced by its own usage. */
export function callReport(
  outcome: CallOutcome,
  facts: {
    callId: CallId;
    exchangeId: ExchangeId;
    sessionId: SessionId | null;
    purpose: 'answer' | 'summary';
    durationMs: number;
  },
  requestedModel: string,
  price: Price,
  { firstTextMs }: Pick<CommandOf<'finishCall'>, 'firstTextMs'>,
): Command {
  const { isEstimate } = outcome;
  if (outcome.ok) {
    const { model, usage, hasNoUsage, stopReason, requestId = null } = outcome.answer;
    const cost = { ...(hasNoUsage ? unpriced : price(model, usage)), isEstimate };
    const told = { model, usage, ...cost, stopReason, requestId };
    const { verdict, tools } = decidedBy(outcome, facts.purpose);
    return { kind: 'finishCall', ...facts, ...told, firstTextMs, verdict, tools };
  }
  const { fault, usage = null, model = requestedModel } = outcome;
  const cost = usage ? price(model, usage) : unpriced;
  return { kind: 'failCall', ...facts, fault, model, usage, ...cost, isEstimate };
}

function decidedBy(
  outcome: Extract<CallOutcome, { ok: true }>,
  purpose: 'answer' | 'summary',
): Pick<CommandOf<'finishCall'>, 'verdict' | 'tools'> {
  if (purpose === 'summary') return { verdict: null };
  if (outcome.kind === 'answer') return { verdict: outcome.answer.verdict };
  const { text: said, calls } = outcome.answer;
  return { verdict: null, tools: { said, calls } };
}

export interface CallReporter {
  /**
   * Commits how a call went. While the store cannot be written it tries again, so that an answer
   * that was paid for is not lost.
   * @returns false when the relay was stopped first; the call is then made again at the next start.
   */
  report(command: Command): Promise<boolean>;
  /** Tries at once to commit what could not be committed so far; what fails is tried again later. */
  reportWaiting(): void;
  /** What keeps a report from being committed, where something does. */
  readonly trouble: unknown;
}

const againAfterMs = 1000;

export function createCallReporter(engine: Engine, stopping: AbortSignal): CallReporter {
  /** What waits to be committed, and why. */
  const troubles = new Map<Command, unknown>();

  function isCommitted(command: Command): boolean {
    try {
      engine.execute(command);
      troubles.delete(command);
      return true;
    } catch (error) {
      troubles.set(command, error);
      return false;
    }
  }

  return {
    async report(command) {
      while (!stopping.aborted) {
        if (isCommitted(command)) return true;
        await delay(againAfterMs, undefined, { signal: stopping }).catch(() => undefined);
        if (!troubles.has(command)) return true;
      }
      return false;
    },
    reportWaiting() {
      for (const command of [...troubles.keys()]) isCommitted(command);
    },
    get trouble() {
      return troubles.values().next().value;
    },
  };
}
