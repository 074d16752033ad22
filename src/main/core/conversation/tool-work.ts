import type { CallId } from '#shared/ids.ts';
import type { Engine } from '../engine/engine.ts';
import type { ExchangeState, OpenTool } from '../engine/state.ts';
import { type AtPoint, noFault } from '../fault-point.ts';
import type { ToolUse } from '../supervisor/supervisor.ts';
import type { ToolPlace, ToolResult } from '../tools/tool.ts';
import type { PreparedUse, Toolbox } from '../tools/toolbox.ts';
import type { CallReporter } from './call-record.ts';
import type { LiveTurn } from './live-turn.ts';

/** What the owner is shown while a tool runs. */
export interface ToolProgress {
  callId: CallId;
  toolUseId: string;
  name: string;
  /** The newest lines of its output. */
  tail: string;
}

export interface ToolWorkOptions {
  engine: Engine;
  toolbox: Toolbox;
  reporter: CallReporter;
  isStopped: () => boolean;
  onProgress: (exchange: ExchangeState, progress: ToolProgress) => void;
  atPoint?: AtPoint;
}

/**
 * Runs what the supervisor asked for, one use after the other, and commits what came of each.
 * @returns `asking`: the owner has to say something first; `stopped`: not now (paused, aborted)
 */
export function createToolWork(options: ToolWorkOptions) {
  const { engine, toolbox, reporter, isStopped, onProgress, atPoint = noFault } = options;

  return async function work(
    { id, tools }: ExchangeState,
    turn: LiveTurn | undefined,
    place: ToolPlace | null,
    signal: AbortSignal,
  ): Promise<'done' | 'asking' | 'stopped'> {
    for (const toolUseId of [...tools.keys()]) {
      // As it stands now: while the last one ran, a person can have typed, the owner have answered.
      const exchange = engine.state.exchanges.get(id);
      if (!exchange) return 'stopped';
      const tool = exchange.tools.get(toolUseId);
      if (!tool) continue;
      const use = turn?.asked?.calls.find((call) => call.toolUseId === toolUseId);
      if (!use) {
        await answer(
          exchange,
          turn,
          toolUseId,
          failedBecause('Relay lost track of it; use it again.'),
        );
        continue;
      }
      const session = exchange.sessionId && engine.state.sessions.get(exchange.sessionId);
      const { id: exchangeId, sessionId, conversationId } = exchange;
      const policies = session ? session.toolPolicies : new Map();
      const asker = { exchangeId, sessionId, conversationId };
      const prepared = toolbox.prepare(use, place, policies, asker);
      const refusal = refusalOf(prepared, tool);
      if (refusal) {
        await answer(exchange, turn, toolUseId, refusal);
        continue;
      }
      if (prepared.kind !== 'ready') continue;
      if (prepared.policy === 'ask' && !tool.answer?.isAllowed) {
        ask(exchange, use, prepared, place, turn?.asked?.text ?? '');
        return 'asking';
      }
      if (signal.aborted || engine.state.paused) return 'stopped';
      atPoint('tool.starting');
      const result = await prepared.run({
        place,
        signal,
        onOutput: (tail) => {
          const { callId, name } = tool;
          onProgress(exchange, { callId, toolUseId, name, tail });
        },
      });
      atPoint('tool.ran');
      // The next start finds it interrupted; what came of it would only say the same.
      if (isStopped()) return 'stopped';
      await answer(exchange, turn, toolUseId, result);
    }
    return 'done';
  };

  function ask(
    { id: exchangeId }: ExchangeState,
    { toolUseId, name }: ToolUse,
    { shows }: Extract<PreparedUse, { kind: 'ready' }>,
    place: ToolPlace | null,
    said: string,
  ): void {
    const where = place ? ` in ${place.cwd}` : '';
    const summary = `May the supervisor use ${name}${where}?`;
    engine.execute({ kind: 'askTool', exchangeId, toolUseId, summary, shows, reasoning: said });
  }

  async function answer(
    { id: exchangeId }: ExchangeState,
    turn: LiveTurn | undefined,
    toolUseId: string,
    result: ToolResult,
  ): Promise<void> {
    turn?.results.set(toolUseId, result);
    await reporter.report({ kind: 'answerTool', exchangeId, toolUseId, ...result });
  }
}

/** Why a use is not carried out, where that is clear; the supervisor reads it as the result. */
function refusalOf(prepared: PreparedUse, tool: OpenTool): ToolResult | undefined {
  if (prepared.kind === 'refused') return failedBecause(prepared.output);
  if (tool.answer && !tool.answer.isAllowed) {
    return tool.answer.hasWords
      ? failedBecause("Not run: the owner said no. The owner's words follow.")
      : failedBecause('Not run: the owner said no. Go on without it.');
  }
  if (prepared.policy === 'deny') {
    return failedBecause('Not run: the owner does not allow this here. Go on without it.');
  }
  return undefined;
}

const failedBecause = (output: string): ToolResult => ({ output, isError: true });
