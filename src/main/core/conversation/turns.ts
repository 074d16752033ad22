import type { CallId, ExchangeId } from '#shared/ids.ts';
import type { Engine } from '../engine/engine.ts';
import type { ExchangeState } from '../engine/state.ts';
import type { Queries } from '../store/queries.ts';
import type { SupervisorRequest, ToolDefinition } from '../supervisor/supervisor.ts';
import type { ToolPlace } from '../tools/tool.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { addresseeNote } from './addressee.ts';
import { joinAsides } from './aside.ts';
import { cacheLife } from './cache-life.ts';
import type { CallSettings } from './call-settings.ts';
import { fixedText } from './fixed-text.ts';
import { shrinkLimits, type ViewportLimits } from './limits.ts';
import { beginTurn, continueTurn, type LiveTurn } from './live-turn.ts';
import type { createSummariser, SummaryOrder } from './summariser.ts';
import { planViewport, type ViewportPlan } from './viewport.ts';

export interface TurnsOptions {
  engine: Engine;
  queries: Queries;
  toolbox: Toolbox;
  placeOf: (exchange: ExchangeState) => ToolPlace | null;
  asideFor?: (exchange: ExchangeState) => string | undefined;
  /** What it is told of how it goes with the session, framed; empty for nothing. */
  drivesFor?: (exchange: ExchangeState) => string;
  settings: () => CallSettings;
  /** The most tokens that a model may answer with; undefined where unknown. */
  mostTokens: (model: string) => number | undefined;
  summariser: ReturnType<typeof createSummariser>;
  now?: () => number;
}

/** A turn that is ready for its next call. */
export interface ReadyTurn {
  turn: LiveTurn;
  /** The window will move before long: this can be summarised meanwhile. */
  nextSummary: Omit<SummaryOrder, 'signal'> | undefined;
}

/** What a summary on the way to a turn has to know of the call that it is made for. */
export interface TurnOrder {
  /** What was wanted is wanted no more, or not now. */
  isOff: () => boolean;
  signal: AbortSignal;
  /** The summary that is being made; null when it is done. */
  onSummary: (callId: CallId | null) => void;
}

const charactersPerToken = 4;

/** What is sent for each exchange, from its first call until its answer is given. */
export interface Turns {
  /**
   * The turn that the exchange is in the middle of, else a new one from what is stored, after whatever
   * summaries it needs; undefined: not now.
   */
  ready(exchange: ExchangeState, order: TurnOrder): Promise<ReadyTurn | undefined>;
  get(id: ExchangeId): LiveTurn | undefined;
  end(id: ExchangeId): void;
  /** Forgets those of exchanges that are closed. */
  dropClosed(): void;
}

export function createTurns(options: TurnsOptions): Turns {
  const { engine, queries, toolbox, settings, summariser, now = Date.now } = options;
  /** Answers that take several calls, each until it is given. */
  const turns = new Map<ExchangeId, LiveTurn>();

  function continued(exchange: ExchangeState): LiveTurn | undefined {
    const turn = turns.get(exchange.id);
    if (!turn) return undefined;
    const { entries } = queries.window(exchange.conversationId, exchange.id);
    const given = settings();
    const limits = limitsFor(given.limits, exchange);
    const { rounds, sessionId } = exchange;
    const goesOn = continueTurn(turn, entries, { rounds, sessionId, limits });
    if (!goesOn || exchange.shrinks > 0) {
      turns.delete(exchange.id);
      return undefined;
    }
    const maxTokens = roomFor({ ...given, model: turn.request.model }, exchange);
    turn.request = { ...turn.request, maxTokens, turn: turn.rounds };
    return turn;
  }

  async function begun(exchange: ExchangeState, order: TurnOrder): Promise<ReadyTurn | undefined> {
    const { id: exchangeId, conversationId } = exchange;
    let isReminded = false;
    while (!order.isOff()) {
      const given = settings();
      const limits = limitsFor(given.limits, exchange);
      const window = queries.window(conversationId, exchangeId);
      const { entries, summary } = window;
      const drives = options.drivesFor?.(exchange) ?? '';
      const addressee = addresseeNote(window, exchange.sessionId, limits);
      const aside = joinAsides(options.asideFor?.(exchange), drives, addressee);
      const tools = toolbox.definitions(options.placeOf(exchange));
      const systemText = fixedText({ instructions: given.instructions, aside, tools });
      const plan = planViewport({ entries, summary, systemText, limits });
      const summaryOrder = { exchangeId, conversationId, model: given.summaryModel, limits };
      switch (plan.kind) {
        case 'nothing':
          if (isReminded) throw new Error(`nothing waits for an answer in ${conversationId}`);
          isReminded = true;
          engine.execute({ kind: 'remindSupervisor', exchangeId });
          continue;
        case 'summarise': {
          const { signal, onSummary: onStart } = order;
          const full = { ...summaryOrder, range: plan, signal, onStart };
          const result = await summariser.summarise(full);
          order.onSummary(null);
          if (!engine.state.exchanges.has(exchangeId)) return undefined;
          if (result.made) continue;
          if (!result.isOptional) return undefined;
          summariser.omit(conversationId, plan);
          continue;
        }
        case 'send': {
          recordInstructions(given.instructions);
          recordDrives(exchangeId, drives);
          const cacheTtl = cacheLife(given.cacheTtl, entries, now());
          const turn = beginTurn(
            requestFor(plan, given, exchange, { aside, tools, cacheTtl }),
            plan,
            entries,
          );
          turns.set(exchangeId, turn);
          const range = plan.prepareSummary;
          return { turn, nextSummary: range && { ...summaryOrder, range } };
        }
      }
    }
    return undefined;
  }

  function requestFor(
    plan: Extract<ViewportPlan, { kind: 'send' }>,
    given: CallSettings,
    exchange: ExchangeState,
    {
      aside,
      ...rest
    }: {
      aside: string | undefined;
      tools: readonly ToolDefinition[];
      cacheTtl: SupervisorRequest['cacheTtl'];
    },
  ): SupervisorRequest {
    return {
      model: given.model,
      maxTokens: roomFor(given, exchange),
      system: given.instructions,
      messages: plan.messages,
      verdictTools: true,
      ...rest,
      ...(aside === undefined ? {} : { aside }),
      ...(plan.pinnedMessage === undefined ? {} : { pinnedMessage: plan.pinnedMessage }),
      ...(given.effort ? { effort: given.effort } : {}),
    };
  }

  function roomFor({ model, maxTokens }: CallSettings, { lengthenings }: ExchangeState): number {
    const wanted = maxTokens * 2 ** lengthenings;
    return Math.min(wanted, Math.max(maxTokens, options.mostTokens(model) ?? wanted));
  }

  function recordInstructions(text: string): void {
    if (queries.lastInstructions() !== text) engine.execute({ kind: 'recordInstructions', text });
  }

  /** What goes beside the conversation stands nowhere else: receipt and replay read it here. */
  function recordDrives(exchangeId: ExchangeId, text: string): void {
    if (queries.drives.told(exchangeId) === text) return;
    engine.execute({ kind: 'tellDrives', exchangeId, text });
  }

  return {
    async ready(exchange, order) {
      const turn = continued(exchange);
      return turn ? { turn, nextSummary: undefined } : begun(exchange, order);
    },
    get: (id) => turns.get(id),
    end: (id) => void turns.delete(id),
    dropClosed() {
      for (const id of turns.keys()) {
        if (!engine.state.exchanges.has(id)) turns.delete(id);
      }
    },
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
