import { expect } from 'vitest';
import { z } from 'zod';
import type { ToolPolicy } from '#shared/events.ts';
import type { CallId, ExchangeId, SessionId } from '#shared/ids.ts';
import { createCallReporter } from '../../conversation/call-record.ts';
import { beginTurn, type LiveTurn } from '../../conversation/live-turn.ts';
import { createToolWork } from '../../conversation/tool-work.ts';
import type { ToolRequest } from '../../supervisor/supervisor.ts';
import { asAnyTool, done } from '../../tools/tool.ts';
import { createToolbox } from '../../tools/toolbox.ts';
import type { EngineDesk } from './engine-desk.ts';

const policies = { look: 'allow', run: 'ask', never: 'deny' } as const;
const names = [...Object.keys(policies), 'unknown'];
const Input = z.strictObject({ use: z.string() });

/**
 * The supervisor's tools in a world of chance: the real loop and the real registry, with tools that do
 * nothing but look whether they may run. While one runs, something else may happen.
 */
export class RandomTools {
  readonly desk: EngineDesk;
  /** What happens while the next tool runs. */
  meanwhile: () => void = () => undefined;
  private turns = new Map<ExchangeId, LiveTurn>();
  private ran: string[] = [];
  private uses = 0;
  private work: ReturnType<typeof createToolWork>;

  constructor(desk: EngineDesk) {
    this.desk = desk;
    this.work = this.openWork();
  }

  /** As after a restart: what was asked for in the middle of an answer is lost. */
  restart(): void {
    this.turns.clear();
    this.work = this.openWork();
  }

  private openWork(): ReturnType<typeof createToolWork> {
    const { engine } = this.desk;
    const tools = Object.entries(policies).map(([name, policy]) =>
      asAnyTool<z.output<typeof Input>>({
        ...{ name, description: name, input: Input, needsPlace: false },
        policy: policy satisfies ToolPolicy,
        execute: async ({ use }, { asker }) => {
          this.checkMayRun(name, use, asker?.sessionId ?? null, asker?.exchangeId);
          this.ran.push(use);
          const meanwhile = this.meanwhile;
          this.meanwhile = () => undefined;
          meanwhile();
          return done(`${name} was run`);
        },
      }),
    );
    const toolbox = createToolbox({
      tools: () => tools,
      policyOf: () => undefined,
      onBug: (_name, error) => {
        throw error;
      },
    });
    return createToolWork({
      ...{ engine, toolbox, reporter: createCallReporter(engine, new AbortController().signal) },
      isStopped: () => false,
      onProgress: () => undefined,
    });
  }

  /** Nothing runs while paused, denied, unasked, twice, or for what is over. */
  private checkMayRun(
    name: string,
    use: string,
    sessionId: SessionId | null,
    exchangeId: ExchangeId | undefined,
  ): void {
    const { state } = this.desk.engine;
    expect(state.paused, `${use} runs while Relay is paused`).toBe(false);
    expect(this.ran, `${use} runs a second time`).not.toContain(use);
    const exchange = exchangeId && state.exchanges.get(exchangeId);
    expect(exchange?.tools.has(use), `${use} runs though nobody waits for it`).toBe(true);
    const own = sessionId ? state.sessions.get(sessionId)?.toolPolicies.get(name) : undefined;
    const policy = own ?? policies[name as keyof typeof policies];
    expect(policy, `${use} runs though it is denied`).not.toBe('deny');
    const { published } = this.desk;
    const items = published.flatMap(({ type, toolUseId, payload }) =>
      type === 'item.opened' && toolUseId === use ? [payload.itemId] : [],
    );
    const answers = published.flatMap(({ type, payload }) =>
      type === 'item.settled' && items.includes(payload.itemId) ? [payload.how] : [],
    );
    if (policy === 'ask') expect(answers, `${use} runs without a yes`).toEqual(['approved']);
    expect(answers).not.toContain('dismissed');
    expect(answers).not.toContain('answered');
  }

  /** What the supervisor asks for in a call: one to three uses. */
  ask(exchangeId: ExchangeId, callId: CallId, m: number): ToolRequest['calls'] {
    const calls = Array.from({ length: 1 + (m % 3) }, (_, index) => {
      this.uses += 1;
      const toolUseId = `toolu_${this.uses}`;
      const name = names[(m + index) % names.length] ?? 'look';
      // Input that does not fit is refused, too.
      return { toolUseId, name, input: m === 7 ? { no: 1 } : { use: toolUseId } };
    });
    // The loop reads nothing of it but the calls and what was said.
    const asked = { calls, text: 'I look.', assistant: [], callId } as unknown as ToolRequest;
    const turn =
      this.turns.get(exchangeId) ??
      beginTurn(
        { model: 'm', maxTokens: 9, system: '', messages: [], cacheTtl: '5m', verdictTools: true },
        { kind: 'send', messages: [], estimatedTokens: 1, characters: 1, fromSeq: 1, toSeq: 1 },
        [],
      );
    turn.asked = asked;
    this.turns.set(exchangeId, turn);
    return calls;
  }

  /**
   * The loop takes up an exchange. The caller would not while Relay is paused, and calls it off when
   * it looks next; the loop has to find out for itself.
   */
  async take(exchangeId: ExchangeId): Promise<void> {
    const exchange = this.desk.engine.state.exchanges.get(exchangeId);
    if (!exchange) return;
    await this.work(exchange, this.turns.get(exchangeId), null, new AbortController().signal);
  }

  /** Each use has one response and no more; open is what has none. */
  check(): void {
    const { published, engine } = this.desk;
    const open = new Set<string>();
    const answered = new Set<string>();
    for (const { type, toolUseId, exchangeId } of published) {
      if (type === 'tool_call') {
        if (open.has(toolUseId ?? '') || answered.has(toolUseId ?? '')) expect.fail('asked twice');
        open.add(toolUseId ?? '');
      }
      if (type !== 'tool_response') continue;
      if (!open.delete(toolUseId ?? '')) expect.fail(`${toolUseId} is not open in ${exchangeId}`);
      answered.add(toolUseId ?? '');
    }
    const exchanges = [...engine.state.exchanges.values()];
    const waiting = exchanges.flatMap(({ tools }) => [...tools.keys()]);
    expect(waiting.toSorted()).toEqual([...open].toSorted());
    for (const { stage, tools, id } of exchanges) {
      const isAtTools = stage === 'tools' || stage === 'asking';
      expect(tools.size > 0, `${id} is ${stage} with ${tools.size} uses`).toBe(isAtTools);
    }
  }
}
