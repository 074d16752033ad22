import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { RelayEvent } from '#shared/events.ts';
import type { ExchangeId } from '#shared/ids.ts';
import { createDispatcher, type Dispatcher } from '../../dispatch/dispatcher.ts';
import { createMailbox } from '../../dispatch/mailbox.ts';
import { readModelTables } from '../../store/read-models.ts';
import type { Command } from '../command.ts';
import { projectAll } from '../project/index.ts';
import { loadState, stringify } from '../snapshot.ts';
import { type ExchangeState, isHeld } from '../state.ts';
import { type EngineDesk, tableRows } from './engine-desk.ts';
import { conversation, factsOf, payloadOf, said, session, someUsage } from './pure-relay.ts';
import { checkExchanges } from './random-exchanges.ts';
import { RandomInbox } from './random-inbox.ts';
import { RandomMemory } from './random-memory.ts';
import { remedies, type Step, sessionIds, verdicts, words } from './random-steps.ts';
import { RandomTools } from './random-tools.ts';

const isCalling = ({ stage }: ExchangeState) => stage === 'calling';
const isAtTools = ({ stage }: ExchangeState) => stage === 'tools';

/** One engine with a real dispatcher, in which steps are taken and invariants checked. */
export class World {
  readonly desk: EngineDesk;
  readonly dispatchFolder: string;
  dispatcher: Dispatcher;
  readonly holdAll: boolean;
  readonly taken: string[] = [];
  readonly writtenWhileHeld: RelayEvent[] = [];
  readonly tools: RandomTools;
  readonly memory: RandomMemory;
  readonly inbox: RandomInbox;

  constructor(desk: EngineDesk, holdAll: boolean) {
    this.desk = desk;
    this.holdAll = holdAll;
    this.dispatchFolder = path.join(desk.folder, 'dispatch');
    mkdirSync(this.dispatchFolder);
    this.dispatcher = this.openDispatcher();
    this.tools = new RandomTools(desk);
    this.memory = new RandomMemory(desk);
    this.inbox = new RandomInbox(desk);
    desk.bus.subscribe((event) => {
      const { sessionId } = event;
      if (event.type !== 'dispatch.written' || !sessionId) return;
      const { state } = desk.engine;
      if (state.paused || isHeld(state, sessionId, holdAll)) this.writtenWhileHeld.push(event);
    });
  }

  openDispatcher(): Dispatcher {
    const { engine, store } = this.desk;
    const mailbox = createMailbox(this.dispatchFolder);
    return createDispatcher({ engine, store, mailbox, holdAll: () => this.holdAll });
  }

  does(command: Command): void {
    this.desk.engine.execute(command);
  }

  pick<T>(list: readonly T[], n = 0): T | undefined {
    return list.length === 0 ? undefined : list[n % list.length];
  }

  async take(one: Step): Promise<void> {
    const { engine } = this.desk;
    const { n = 0, m = 0 } = one;
    const sessionId = session(one.id ?? 's1');
    const exchanges = [...engine.state.exchanges.values()];
    switch (one.do) {
      case 'say':
      case 'hook': {
        const word = one.do === 'say' ? said(`word ${n % 2}`) : this.pick(words, n);
        // A title that changes, a project for two of them.
        const facts = {
          title: n === 3 ? `t${m}` : null,
          projectRoot: one.id === 's3' ? null : '/p',
        };
        if (word) this.does({ kind: 'acceptEnvelope', sessionId, facts: factsOf(facts), word });
        return;
      }
      case 'call':
      case 'summary': {
        const due = exchanges.filter(
          ({ stage, sessionId: whose }) =>
            (stage === 'queued' || stage === 'waiting') &&
            !(whose && isHeld(engine.state, whose, this.holdAll)),
        );
        const exchange = this.pick(due, n);
        if (!exchange || engine.state.paused) return;
        const purpose = one.do === 'call' ? 'answer' : 'summary';
        const range = { fromSeq: 1, toSeq: 1, estimatedTokens: 10 };
        this.does({
          ...{ kind: 'startCall', exchangeId: exchange.id, purpose, model: 'm', maxTokens: 9 },
          ...range,
        });
        return;
      }
      case 'answer':
      case 'use':
      case 'fail':
        this.endCall(one);
        return;
      case 'tools':
        await this.runTools(n, m);
        return;
      case 'go': {
        const exchange = this.pick(exchanges, n);
        if (exchange) await this.bringOn(exchange, one);
        return;
      }
      case 'ask': {
        const facts = { summary: 'Bash: make', proposal: '', reasoning: '' };
        const request = `r${this.desk.published.length}`;
        const asked = { tool: 'Bash', input: {}, hookPid: 1, transcript: null };
        const open = this.pick([...engine.state.permissions.keys()], m);
        if (n < 5) {
          const word = { kind: 'asked', request, ...asked, ...facts } as const;
          this.does({ kind: 'acceptEnvelope', sessionId, facts: factsOf(), word });
        } else if (open && n === 5) {
          this.does({ kind: 'withdrawPermission', request: open, via: 'terminal' });
        } else if (open) this.does({ kind: 'closePermission', request: open });
        return;
      }
      case 'remember':
        this.memory.remember(sessionId, n, m);
        return;
      case 'score':
        this.memory.score(n, m);
        return;
      case 'policy': {
        const policy = this.pick(['allow', 'ask', 'deny', null] as const, n) ?? null;
        const tool = this.pick(['look', 'run', 'never'], m) ?? 'run';
        this.does({ kind: 'setToolPolicy', sessionId, tool, policy });
        return;
      }
      case 'dispatch':
        this.dispatcher.run();
        return;
      case 'take': {
        const files = sessionIds
          .map((id) => path.join(this.dispatchFolder, id, 'input.txt'))
          .filter((file) => existsSync(file));
        const file = this.pick(files, n);
        if (!file) return;
        this.taken.push(readFileSync(file, 'utf8'));
        rmSync(file);
        return;
      }
      case 'settle': {
        const item = this.pick([...engine.state.items.values()], n);
        if (!item) return;
        this.inbox.settle(item.id, m);
        return;
      }
      case 'direct':
        this.does({ kind: 'sendDirect', sessionId, text: 'Directly.', via: 'cli' });
        return;
      case 'owner':
        this.does({ kind: 'say', text: 'Hm.', conversationId: null, via: 'cli' });
        return;
      case 'set': {
        const autonomy = this.pick(['off', 'draft', 'auto', 'auto'] as const, n) ?? 'auto';
        if (n < 6) this.does({ kind: 'setAutonomy', sessionId, autonomy });
        else this.does({ kind: 'moveSession', sessionId, conversationId: conversation(`c${n}`) });
        return;
      }
      case 'resume':
        this.does({ kind: 'resume', via: 'cli' });
        return;
      case 'relay': {
        if (n === 0) this.does({ kind: 'recheck', why: 'test' });
        else this.does({ kind: n % 2 ? 'pause' : 'resume', via: 'tray' });
        return;
      }
      case 'restart':
        if (n % 2) engine.saveSnapshot();
        this.desk.reopenEngine();
        this.dispatcher = this.openDispatcher();
        this.tools.restart();
        this.does({ kind: 'startRelay', version: '1', pid: 1, host: 'headless' });
        return;
      case 'time':
        this.desk.now += [1000, 60_000, 3_600_000, 86_400_000][n % 4] ?? 0;
    }
  }

  /** What brings an exchange on by one step, whatever it waits for. */
  async bringOn({ stage, id, itemId }: ExchangeState, given: Step): Promise<void> {
    const at = (list: readonly { id: ExchangeId }[]) => list.findIndex((one) => one.id === id);
    const { n = 0, m = 0 } = given;
    const exchanges = [...this.desk.engine.state.exchanges.values()];
    switch (stage) {
      case 'queued':
      case 'waiting':
        return this.take({ do: 'call', n });
      case 'calling':
        return this.take({ do: n % 2 ? 'use' : 'answer', n: at(exchanges.filter(isCalling)), m });
      case 'tools':
        return this.runTools(at(exchanges.filter(isAtTools)), m);
      case 'dispatching':
        await this.take({ do: 'dispatch' });
        return this.take({ do: 'take', n });
      default:
        if (itemId) this.inbox.settle(itemId, m);
    }
  }

  /** The loop takes up what was asked for; while a tool runs, the world goes on. */
  async runTools(n: number, m: number): Promise<void> {
    const { engine } = this.desk;
    const due = [...engine.state.exchanges.values()].filter(isAtTools);
    const exchange = this.pick(due, n);
    if (!exchange) return;
    const sessionId = exchange.sessionId ?? session('s1');
    const facts = factsOf();
    const [prompted, , closed] = words;
    const meanwhile: readonly (Command | undefined)[] = [
      prompted && { kind: 'acceptEnvelope', sessionId, facts, word: prompted },
      closed && { kind: 'acceptEnvelope', sessionId, facts, word: closed },
      { kind: 'acceptEnvelope', sessionId, facts, word: said('meanwhile') },
      { kind: 'sendDirect', sessionId, text: 'Meanwhile.', via: 'cli' },
      { kind: 'pause', via: 'tray' },
      { kind: 'setToolPolicy', sessionId, tool: 'look', policy: 'deny' },
      { kind: 'moveSession', sessionId, conversationId: conversation(`c${n}`) },
    ];
    const command = meanwhile[m];
    if (command) this.tools.meanwhile = () => this.does(command);
    await this.tools.take(exchange.id);
  }

  endCall({ do: how, n = 0, m = 0 }: Step): void {
    const calling = [...this.desk.engine.state.exchanges.values()].filter(isCalling);
    const exchange = this.pick(calling, n);
    if (!exchange?.callId) return;
    const started = this.desk.published.findLast(
      (event) => event.type === 'call.started' && event.payload.callId === exchange.callId,
    );
    const { purpose } = payloadOf(started ? [started] : [], 'call.started');
    const facts = {
      ...{ exchangeId: exchange.id, callId: exchange.callId, purpose, model: 'm', durationMs: 1 },
      ...{ usage: someUsage, costUsd: 0.4, savedByCacheUsd: 0.1 },
    };
    if (how === 'fail') {
      const remedy = this.pick(remedies, m) ?? 'wait';
      const fault = { code: 'refusal', remedy, message: 'm' } as const;
      this.does({ kind: 'failCall', ...facts, fault });
      return;
    }
    if (how === 'use') {
      if (purpose !== 'answer') return;
      const calls = this.tools.ask(exchange.id, exchange.callId, m);
      const asking = { stopReason: 'tool_use', requestId: null, firstTextMs: 1, verdict: null };
      this.does({ kind: 'finishCall', ...facts, ...asking, tools: { said: 'I look.', calls } });
      return;
    }
    const verdict = purpose === 'answer' ? (this.pick(verdicts, m) ?? null) : null;
    const ending = { stopReason: 'end_turn', requestId: null, firstTextMs: 1 };
    this.does({ kind: 'finishCall', ...facts, ...ending, verdict });
  }

  check(): void {
    expect(this.writtenWhileHeld).toEqual([]);
    checkExchanges(this.desk);
  }

  /** Reads everything that happened, so not after every step. */
  checkParts(): void {
    this.tools.check();
    this.inbox.check();
    this.memory.check();
  }

  checkStore(): void {
    const { store, db, engine } = this.desk;
    this.checkParts();
    const events = [...store.all(0)];
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    for (const [index, { tsNs }] of events.entries()) {
      if (index > 0) expect(BigInt(tsNs) > BigInt(events[index - 1]?.tsNs ?? 0)).toBe(true);
    }
    expect(projectAll(events)).toEqual(engine.state);
    engine.saveSnapshot();
    expect(loadState(store)).toEqual(engine.state);
    expect(stringify(loadState(store))).toBe(stringify(engine.state));
    const kept = tableRows(db, readModelTables);
    store.rebuild();
    expect(tableRows(db, readModelTables)).toEqual(kept);
    this.checkTaken(events);
  }

  /** What sessions took is what was queued, each at most once, and claimed only if taken. */
  checkTaken(events: readonly RelayEvent[]): void {
    this.dispatcher.run();
    const written = events.filter(({ type }) => type === 'dispatch.written').length;
    expect(this.taken.length).toBeLessThanOrEqual(written);
    const claimed = [...this.desk.store.all(0)].filter(({ type }) => type === 'dispatch.claimed');
    expect(claimed).toHaveLength(this.taken.length);
  }
}
