import type { CallId, ConversationId, ExchangeId, SessionId } from '#shared/ids.ts';
import type { Engine } from '../engine/engine.ts';
import { type ExchangeState, isHeld } from '../engine/state.ts';
import type { Logger } from '../settings/logs.ts';
import type { Queries } from '../store/queries.ts';
import { faultOf } from '../supervisor/classify-fault.ts';
import type { CallOutcome, Supervisor, SupervisorRequest } from '../supervisor/supervisor.ts';
import type { ToolPlace } from '../tools/tool.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { callReport, createCallReporter, type Price, startCall } from './call-record.ts';
import { shrinkLimits, type ViewportLimits } from './limits.ts';
import { beginTurn, continueTurn, type LiveTurn, mostRounds } from './live-turn.ts';
import { createSummariser, type SummaryOrder } from './summariser.ts';
import { createToolWork } from './tool-work.ts';
import { planViewport, type ViewportPlan } from './viewport.ts';

/** The settings that a call depends on. */
export interface CallSettings {
  model: string;
  summaryModel: string;
  maxTokens: number;
  effort: SupervisorRequest['effort'] | null;
  cacheTtl: '5m' | '1h';
  limits: ViewportLimits;
  holdAll: boolean;
  /** The supervisor's standing instructions. */
  instructions: string;
}

export interface CallerOptions {
  engine: Engine;
  queries: Queries;
  supervisor: Supervisor;
  toolbox: Toolbox;
  /** Where the tools of an exchange act; null: nowhere. */
  placeOf: (exchange: ExchangeState) => ToolPlace | null;
  /** What the supervisor is told with this call beside the conversation; framed. */
  asideFor?: (exchange: ExchangeState) => string | undefined;
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
}

/** Asks the supervisor: serially within a conversation, side by side between conversations. */
export interface Caller {
  /** Starts every call that is due and drops those that nobody waits for any more. */
  run(): void;
  /** When something becomes due by itself that was not due at the last `run`, epoch milliseconds. */
  nextDueAt(): number | undefined;
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

/** A turn that is ready for its first call. */
interface Begun {
  turn: LiveTurn;
  /** The window will move before long: this can be summarised meanwhile. */
  nextSummary: Omit<SummaryOrder, 'signal'> | undefined;
}

const notNow = { turn: undefined, nextSummary: undefined };
const progressEveryMs = 100;
const charactersPerToken = 4;
const coolingMs = 1000;

export function createCaller(options: CallerOptions): Caller {
  const { engine, queries, supervisor, toolbox, settings, price, log, now = Date.now } = options;
  /** One entry for each conversation that is busy, from the making of a summary to the answer. */
  const running = new Map<ConversationId, RunningCall>();
  /** Answers that take several calls, each until it is given. */
  const turns = new Map<ExchangeId, LiveTurn>();
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
  });
  const workTools = createToolWork({
    ...{ engine, toolbox, reporter },
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
    const blocked = new Set<ConversationId>(running.keys());
    for (const exchange of [...engine.state.exchanges.values()]) {
      const { conversationId } = exchange;
      if (blocked.has(conversationId) || !isForSupervisor(exchange)) continue;
      blocked.add(conversationId);
      if (exchange.stage === 'waiting' && (exchange.retryAt ?? 0) > now()) continue;
      if ((coolingUntil.get(conversationId) ?? 0) > now()) continue;
      if (!mayCallNow()) return;
      begin(exchange);
    }
  }

  function isForSupervisor(exchange: ExchangeState): boolean {
    const { sessionId, stage } = exchange;
    if (stage !== 'queued' && stage !== 'waiting' && stage !== 'tools') return false;
    return !sessionId || !isHeld(engine.state, sessionId, settings().holdAll);
  }

  /** While something is wrong that concerns every call, only one is made at a time, when due. */
  function mayCallNow(): boolean {
    const { block } = engine.state;
    if (!block) return true;
    return running.size === 0 && block.retryAt !== null && block.retryAt <= now();
  }

  function nextDueAt(): number | undefined {
    if (engine.state.paused) return undefined;
    const waits = [...engine.state.exchanges.values()]
      .filter(({ stage }) => stage === 'waiting')
      .map(({ retryAt }) => retryAt);
    const times = [...waits, engine.state.block?.retryAt, ...coolingUntil.values()]
      // What was due at the last look and has not begun waits for something else to happen.
      .filter((at): at is number => typeof at === 'number' && at > lookedAt);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  function dropUnwanted(): void {
    for (const id of turns.keys()) {
      if (!engine.state.exchanges.has(id)) turns.delete(id);
    }
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
      const going = continued(exchange);
      const { turn, nextSummary } = going
        ? { turn: going, nextSummary: undefined }
        : ((await begun(call, exchange)) ?? notNow);
      if (!turn) return;
      const callId = startCall(engine, exchange.id, 'answer', turn.request, turn.plan);
      if (!callId) return;
      call.callId = callId;
      // Not before: of two calls under way, the exchange waits for the first.
      if (nextSummary) prepareSummary(nextSummary);
      const mustGoOn = await answer(call, callId, exchange, turn);
      call.callId = null;
      if (!mustGoOn) return;
    }
  }

  /** The turn that the exchange is in the middle of, ready for its next call. */
  function continued(exchange: ExchangeState): LiveTurn | undefined {
    const turn = turns.get(exchange.id);
    if (!turn) return undefined;
    const { entries } = queries.window(exchange.conversationId, exchange.id);
    const given = settings();
    const limits = limitsFor(given.limits, exchange);
    const goesOn = continueTurn(turn, entries, { rounds: exchange.rounds, limits });
    if (!goesOn || exchange.shrinks > 0) {
      turns.delete(exchange.id);
      return undefined;
    }
    const maxTokens = roomFor({ ...given, model: turn.request.model }, exchange);
    turn.request = { ...turn.request, maxTokens, turn: turn.rounds };
    return turn;
  }

  /** A turn from what is stored, after whatever summaries it needs; undefined: not now. */
  async function begun(call: RunningCall, exchange: ExchangeState): Promise<Begun | undefined> {
    const { id: exchangeId, conversationId } = exchange;
    const { signal } = call.abort;
    let isReminded = false;
    for (;;) {
      if (isStopped || signal.aborted || engine.state.paused) return undefined;
      const given = settings();
      const limits = limitsFor(given.limits, exchange);
      const { entries, summary } = queries.window(conversationId, exchangeId);
      const aside = options.asideFor?.(exchange);
      const systemText = given.instructions + (aside ?? '');
      const plan = planViewport({ entries, summary, systemText, limits });
      const order = { exchangeId, conversationId, model: given.summaryModel, limits };
      switch (plan.kind) {
        case 'nothing':
          if (isReminded) throw new Error(`nothing waits for an answer in ${conversationId}`);
          isReminded = true;
          engine.execute({ kind: 'remindSupervisor', exchangeId });
          continue;
        case 'summarise': {
          const onStart = (callId: CallId) => {
            call.callId = callId;
          };
          const result = await summariser.summarise({ ...order, range: plan, signal, onStart });
          call.callId = null;
          if (!engine.state.exchanges.has(exchangeId)) return undefined;
          if (result.made) continue;
          if (!result.isOptional) return undefined;
          summariser.omit(conversationId, plan);
          continue;
        }
        case 'send': {
          recordInstructions(given.instructions);
          const turn = beginTurn(requestFor(plan, given, exchange, aside), plan, entries);
          turns.set(exchangeId, turn);
          const range = plan.prepareSummary;
          return { turn, nextSummary: range && { ...order, range } };
        }
      }
    }
  }

  function requestFor(
    plan: Extract<ViewportPlan, { kind: 'send' }>,
    given: CallSettings,
    exchange: ExchangeState,
    aside: string | undefined,
  ): SupervisorRequest {
    return {
      model: given.model,
      maxTokens: roomFor(given, exchange),
      system: given.instructions,
      messages: plan.messages,
      cacheTtl: given.cacheTtl,
      verdictTools: true,
      tools: toolbox.definitions(options.placeOf(exchange)),
      ...(aside === undefined ? {} : { aside }),
      ...(plan.pinnedMessage === undefined ? {} : { pinnedMessage: plan.pinnedMessage }),
      ...(given.effort ? { effort: given.effort } : {}),
    };
  }

  /** Half of what was called too long, and half of that for each time it still was. */
  function limitsFor(limits: ViewportLimits, exchange: ExchangeState): ViewportLimits {
    let shrunk = limits;
    for (let n = 0; n < exchange.shrinks; n += 1) {
      const tokens = exchange.tooLongTokens / 2 ** n;
      const sent = { tokens, characters: tokens * charactersPerToken };
      shrunk = shrinkLimits(shrunk, sent) ?? shrunk;
    }
    return shrunk;
  }

  function roomFor({ model, maxTokens }: CallSettings, { lengthenings }: ExchangeState): number {
    const wanted = maxTokens * 2 ** lengthenings;
    return Math.min(wanted, Math.max(maxTokens, options.mostTokens(model) ?? wanted));
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
        if (progress.kind !== 'text') return;
        firstTextMs ??= now() - startedAt;
        text += progress.delta;
        if (now() - shownAt < progressEveryMs) return;
        shownAt = now();
        const { id: exchangeId, sessionId } = exchange;
        options.onProgress({ callId, exchangeId, sessionId, text });
      },
      call.abort.signal,
    );
    // Stopped: the next start finds the call interrupted and makes it again.
    if (isStopped) return false;
    const durationMs = now() - startedAt;
    const outcome = withinRounds(answered, exchange.rounds);
    const isForTools = outcome.ok && outcome.kind === 'tools';
    if (isForTools) turn.asked = outcome.answer;
    else if (outcome.ok || outcome.fault.remedy !== 'wait') turns.delete(exchange.id);
    const facts = { callId, exchangeId: exchange.id, purpose: 'answer', durationMs } as const;
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

  function recordInstructions(text: string): void {
    if (queries.lastInstructions() !== text) engine.execute({ kind: 'recordInstructions', text });
  }

  return {
    run,
    nextDueAt,
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
