import type { CallId, ConversationId, ExchangeId } from '#shared/ids.ts';
import type { Engine } from '../engine/engine.ts';
import type { Queries } from '../store/queries.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { type CallReporter, callReport, type Price, startCall } from './call-record.ts';
import type { CallSettings } from './call-settings.ts';
import type { ConversationSummary } from './entry.ts';
import type { ViewportLimits } from './limits.ts';
import { omittedSummary, summaryRequest, writtenSummary } from './summary.ts';
import type { SummaryRange } from './viewport.ts';

export interface SummariserOptions {
  engine: Engine;
  queries: Queries;
  supervisor: Supervisor;
  price: Price;
  reporter: CallReporter;
  isStopped: () => boolean;
  now: () => number;
  provider: () => CallSettings['provider'];
}

export interface SummaryOrder {
  exchangeId: ExchangeId;
  conversationId: ConversationId;
  range: SummaryRange;
  model: string;
  limits: ViewportLimits;
  signal: AbortSignal;
  onStart?: (callId: CallId) => void;
}

/** Thinking included. */
const summaryMaxTokens = 16_000;

/**
 * Has a stretch of conversation summed up and recorded, which moves its window.
 * @returns `failed`: nothing was recorded; the fault is in the store and says what happens next.
 */
export function createSummariser(options: SummariserOptions) {
  const { engine, queries, supervisor, price, reporter, isStopped, now, provider } = options;

  async function summarise(
    order: SummaryOrder,
  ): Promise<{ made: true } | { made: false; isOptional: boolean }> {
    const { exchangeId, conversationId, range, model, limits, signal } = order;
    const previous = queries.window(conversationId, null).summary;
    const request = summaryRequest(range.entries, previous, {
      model,
      limits,
      maxTokens: summaryMaxTokens,
    });
    const callId = startCall(engine, exchangeId, {
      ...{ purpose: 'summary', request, range: spanOf(range) },
      provider: provider(),
    });
    if (!callId) return { made: false, isOptional: false };
    order.onStart?.(callId);
    const { sessionId = null } = engine.state.exchanges.get(exchangeId) ?? {};
    const startedAt = now();
    const outcome = await supervisor.answer(request, () => {}, signal);
    if (isStopped()) return { made: false, isOptional: false };
    const facts = {
      ...{ callId, exchangeId, sessionId },
      purpose: 'summary',
      durationMs: now() - startedAt,
    } as const;
    const isReported = await reporter.report(
      callReport(outcome, facts, request.model, price, { firstTextMs: null }),
    );
    if (!isReported) return { made: false, isOptional: false };
    if (!outcome.ok) {
      const { remedy } = outcome.fault;
      return { made: false, isOptional: remedy !== 'wait' && remedy !== 'person' };
    }
    const { text } = outcome.answer;
    if (text.trim() === '') return { made: false, isOptional: true };
    record(conversationId, writtenSummary(range.entries, previous, text), 'supervisor');
    return { made: true };
  }

  /** Moves the window without a summary, by a note on what is left out. */
  function omit(conversationId: ConversationId, range: SummaryRange): void {
    const previous = queries.window(conversationId, null).summary;
    record(conversationId, omittedSummary(range.entries, previous), 'omitted');
  }

  function record(
    conversationId: ConversationId,
    summary: ConversationSummary,
    method: 'supervisor' | 'omitted',
  ): void {
    const standing = queries.window(conversationId, null).summary;
    // Another got there first: it stands.
    if (standing && standing.toPosition >= summary.toPosition) return;
    engine.execute({ kind: 'recordSummary', conversationId, ...summary, method });
  }

  return { summarise, omit };
}

function spanOf(range: SummaryRange) {
  const seqs = range.entries.map(({ seq }) => seq);
  return { fromSeq: Math.min(...seqs), toSeq: Math.max(...seqs), estimatedTokens: 0 };
}
