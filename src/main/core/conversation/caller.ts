import type { CallId, ConversationId, ExchangeId, SessionId } from '#shared/ids.ts';
import type { Engine } from '../engine/engine.ts';
import type { ExchangeState } from '../engine/state.ts';
import { type AtPoint, noFault } from '../fault-point.ts';
import type { Logger } from '../settings/logs.ts';
import type { Queries } from '../store/queries.ts';
import { faultOf } from '../supervisor/classify-fault.ts';
import type { CallOutcome, Supervisor } from '../supervisor/supervisor.ts';
import type { ToolPlace } from '../tools/tool.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { callReport, createCallReporter, type Price, startCall } from './call-record.ts';
import type { CallSettings } from './call-settings.ts';
import { isForSupervisor, mayCall, nextWaitEnd } from './due.ts';
import { type LiveTurn, mostRounds } from './live-turn.ts';
import { createSummariser, type SummaryOrder } from './summariser.ts';
import { createToolWork } from './tool-work.ts';
import { createTurns, type TurnOrder } from './turns.ts';

export interface CallerOptions {
  engine: Engine;
  queries: Queries;
  supervisor: Supervisor;
  toolbox: Toolbox;
  /** Where the tools of an exchange act; null: nowhere. */
  placeOf: (exchange: ExchangeState) => ToolPlace | null;
  /** What the supervisor is told with this call beside the conversation; framed. */
  asideFor?: (exchange: ExchangeState) => string | undefined;
  /** What it is told of how it goes with the session, framed; empty for nothing. */
  drivesFor?: (exchange: ExchangeState) => string;
  settings: () => CallSettings;
  price: Price;
  /** The most tokens that a model may answer with; undefined where unknown. */
  mostTokens: (model: string) => number | undefined;
  onProgress: (progress: {
    callId: CallId;
    exchangeId: ExchangeId;
    sessionId: SessionId | null;
    text: string;
    tool?: { toolUseId: string; name: string; tail: string };
  }) => void;
  log: Logger;
  now?: () => number;
  atPoint?: AtPoint;
}

/** Asks the supervisor: serially within a conversation, side by side between conversations. */
export interface Caller {
  /** Starts every call that is due and drops those that nobody waits for any more. */
  run(): void;
  /** When something becomes due by itself that was not due at the last `run`, epoch milliseconds. */
  nextDueAt(): number | undefined;
  /** Records, if it can be done now, the answers that could not be recorded when they came. */
  recordAnswers(): void;
  /** What keeps an answer from being recorded, where something does. */
  readonly trouble: unknown;
  /** Ends all calls at once; what they were for is called again at the next start. */
  stop(): Promise<void>;
}

interface RunningCall {
  exchangeId: ExchangeId;
  callId: CallId | null;
  abort: AbortController;
  /** Of the tool that runs; a pause ends it, but not a call. */
  toolAbort: AbortController;
}

const progressEveryMs = 100;
const coolingMs = 1000;

export function createCaller(options: CallerOptions): Caller {
  const { engine, queries, supervisor, toolbox, settings, price, log } = options;
  const { now = Date.now, atPoint = noFault } = options;
  /** One entry for each conversation that is busy, from the making of a summary to the answer. */
  const running = new Map<ConversationId, RunningCall>();
  const preparing = new Set<ConversationId>();
  const jobs = new Set<Promise<void>>();
  /** A store that cannot be written must not be asked again without a pause. */
  const coolingUntil = new Map<ConversationId, number>();
  const stopping = new AbortController();
  const reporter = createCallReporter(engine, stopping.signal);
  let isStopped = false;
  let lookedAt = 0;
  const summariser = createSummariser({
    ...{ engine, queries, supervisor, price, reporter, now },
    isStopped: () => isStopped,
    provider: () => settings().provider,
  });
  const turns = createTurns({ ...options, summariser });
  const workTools = createToolWork({
    ...{ engine, toolbox, reporter, atPoint },
    isStopped: () => isStopped,
    onProgress: ({ id: exchangeId, sessionId }, { callId, ...tool }) =>
      options.onProgress({ callId, exchangeId, sessionId, text: '', tool }),
  });

  function run(): void {
    if (isStopped) return;
    dropUnwanted();
    lookedAt = now();
    if (engine.state.paused) {
      for (const { toolAbort } of running.values()) toolAbort.abort();
      return;
    }
    const exchanges = [...engine.state.exchanges.values()];
    if (exchanges.length === 0) return;
    const blocked = new Set<ConversationId>(running.keys());
    const { holdAll } = settings();
    for (const exchange of exchanges) {
      const { conversationId } = exchange;
      if (blocked.has(conversationId)) continue;
      if (!isForSupervisor(engine.state, exchange, holdAll)) continue;
      blocked.add(conversationId);
      if (exchange.stage === 'waiting' && (exchange.retryAt ?? 0) > now()) continue;
      if ((coolingUntil.get(conversationId) ?? 0) > now()) continue;
      if (!mayCall(engine.state, { runningCalls: running.size, nowMs: now() })) return;
      begin(exchange);
    }
  }

  function dropUnwanted(): void {
    turns.dropClosed();
    for (const call of running.values()) {
      const exchange = engine.state.exchanges.get(call.exchangeId);
      if (!exchange || (call.callId !== null && exchange.callId !== call.callId)) {
        call.abort.abort();
      }
    }
  }

  function begin(exchange: ExchangeState): void {
    const { conversationId } = exchange;
    const call: RunningCall = {
      exchangeId: exchange.id,
      callId: null,
      abort: new AbortController(),
      toolAbort: new AbortController(),
    };
    running.set(conversationId, call);
    const job = callExchange(call)
      .catch((error: unknown) => {
        log.error({ error, exchangeId: exchange.id }, 'a call ended in a bug or a failing store');
        coolingUntil.set(conversationId, now() + coolingMs);
        return giveUp(call);
      })
      .finally(() => {
        running.delete(conversationId);
        jobs.delete(job);
        if (!isStopped) setTimeout(run, 0).unref();
      });
    jobs.add(job);
  }

  /** Nobody is at it any more, so that it can be made again. */
  async function giveUp({ exchangeId, callId }: RunningCall): Promise<void> {
    if (callId) await reporter.report({ kind: 'interruptCall', exchangeId, callId });
  }

  async function callExchange(call: RunningCall): Promise<void> {
    const { signal } = call.abort;
    const turnSignal = AbortSignal.any([signal, call.toolAbort.signal]);
    for (;;) {
      const exchange = engine.state.exchanges.get(call.exchangeId);
      if (!exchange || isStopped || signal.aborted || engine.state.paused) return;
      if (exchange.stage === 'tools') {
        const place = options.placeOf(exchange);
        const state = await workTools(exchange, turns.get(exchange.id), place, turnSignal);
        if (state !== 'done') return;
        continue;
      }
      const ready = await turns.ready(exchange, orderOf(call));
      if (!ready) return;
      const { turn, nextSummary } = ready;
      const callId = startCall(engine, exchange.id, {
        ...{ purpose: 'answer', request: turn.request, range: turn.plan },
        provider: settings().provider,
      });
      if (!callId) return;
      call.callId = callId;
      // Not before: of two calls under way, the exchange waits for the first.
      if (nextSummary) prepareSummary(nextSummary);
      const mustGoOn = await answer(call, callId, exchange, turn);
      call.callId = null;
      if (!mustGoOn) return;
    }
  }

  function orderOf(call: RunningCall): TurnOrder {
    const { signal } = call.abort;
    return {
      signal,
      isOff: () => isStopped || signal.aborted || engine.state.paused,
      onSummary: (callId) => {
        call.callId = callId;
      },
    };
  }

  /** @returns whether tools are to be run now, after which the supervisor is called again */
  async function answer(
    call: RunningCall,
    callId: CallId,
    exchange: ExchangeState,
    turn: LiveTurn,
  ): Promise<boolean> {
    const { request } = turn;
    const startedAt = now();
    let firstTextMs: number | null = null;
    let text = '';
    let shownAt = 0;
    const answered = await supervisor.answer(
      request,
      (progress) => {
        if (progress.kind === 'started') atPoint('call.first-byte');
        if (progress.kind !== 'text') return;
        if (firstTextMs === null) atPoint('call.first-text');
        firstTextMs ??= now() - startedAt;
        text += progress.delta;
        if (now() - shownAt < progressEveryMs) return;
        shownAt = now();
        const { id: exchangeId, sessionId } = exchange;
        options.onProgress({ callId, exchangeId, sessionId, text });
      },
      call.abort.signal,
    );
    atPoint('call.answered');
    // Stopped: the next start finds the call interrupted and makes it again.
    if (isStopped) return false;
    const durationMs = now() - startedAt;
    const outcome = withinRounds(answered, exchange.rounds);
    const isForTools = outcome.ok && outcome.kind === 'tools';
    if (isForTools) turn.asked = outcome.answer;
    else if (outcome.ok || outcome.fault.remedy !== 'wait') turns.end(exchange.id);
    const { id: exchangeId, sessionId } = exchange;
    const facts = { callId, exchangeId, sessionId, purpose: 'answer', durationMs } as const;
    await reporter.report(callReport(outcome, facts, request.model, price, { firstTextMs }));
    return isForTools;
  }

  /** While the conversation goes on: the summary that the window will soon need. If it cannot be
   * had, nothing is lost: it is asked for again when the window has to move. */
  function prepareSummary(order: Omit<SummaryOrder, 'signal'>): void {
    const { conversationId } = order;
    if (preparing.has(conversationId)) return;
    preparing.add(conversationId);
    const job = summariser
      .summarise({ ...order, signal: stopping.signal })
      .then(() => {})
      .catch((error: unknown) => log.error({ error }, 'a summary could not be prepared'))
      .finally(() => {
        preparing.delete(conversationId);
        jobs.delete(job);
      });
    jobs.add(job);
  }

  return {
    run,
    nextDueAt: () =>
      nextWaitEnd(engine.state, { lookedAtMs: lookedAt, others: coolingUntil.values() }),
    recordAnswers: () => reporter.reportWaiting(),
    get trouble() {
      return reporter.trouble;
    },
    async stop() {
      isStopped = true;
      stopping.abort();
      for (const call of running.values()) call.abort.abort();
      await Promise.allSettled([...jobs]);
    },
  };
}

/** A supervisor that goes on asking for tools when it was told to answer needs a person. */
function withinRounds(outcome: CallOutcome, rounds: number): CallOutcome {
  if (!outcome.ok || outcome.kind === 'answer' || rounds < mostRounds) return outcome;
  const { usage, model, text: partialText } = outcome.answer;
  const fault = faultOf(
    'too-many-rounds',
    `The supervisor used tools ${mostRounds} times and gave no answer. Answer the session yourself, or have the call made again.`,
  );
  return { ok: false, fault, partialText, usage, model };
}
