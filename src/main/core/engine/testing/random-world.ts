import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { RelayEvent } from '#shared/events.ts';
import type { FaultRemedy } from '#shared/fault.ts';
import type { DispatchId, ExchangeId } from '#shared/ids.ts';
import type { Verdict } from '#shared/verdict.ts';
import { createDispatcher, type Dispatcher } from '../../dispatch/dispatcher.ts';
import { createMailbox } from '../../dispatch/mailbox.ts';
import { readModelTables } from '../../store/read-models.ts';
import type { Command, EnvelopeWord } from '../command.ts';
import { projectAll } from '../project/index.ts';
import { loadState, stringify } from '../snapshot.ts';
import { isHeld } from '../state.ts';
import { type EngineDesk, tableRows } from './engine-desk.ts';
import { conversation, factsOf, payloadOf, said, session, someUsage } from './pure-relay.ts';

const sessionIds = ['s1', 's2', 's3'];
const anySession = fc.constantFrom(...sessionIds);
/** Which of what there is, counted round. */
const which = fc.nat({ max: 7 });

const words: readonly EnvelopeWord[] = [
  { kind: 'prompted', text: 'A person types.' },
  { kind: 'opened', source: 'startup' },
  { kind: 'closed', reason: 'other' },
  { kind: 'failed', error: 'rate_limit', message: 'm' },
  { kind: 'backgrounded', text: 'b', tasks: 1 },
  { kind: 'notified', what: 'idle_prompt', message: 'm' },
];
const verdicts: readonly Verdict[] = [
  { kind: 'reply', text: 'Go on.' },
  { kind: 'reply', text: '@s1: Go on.' },
  { kind: 'escalate', question: 'Q?', proposal: 'P', reasoning: '' },
  { kind: 'finish', reason: 'done' },
];
const remedies: readonly FaultRemedy[] = ['wait', 'person', 'shrink', 'lengthen', 'decide'];

export const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('say'), id: anySession, n: which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hook'), id: anySession, n: which }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('call'), n: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('summary'), n: which }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('answer'), n: which, m: which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail'), n: which, m: which }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('dispatch') }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('take'), n: which }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('settle'), n: which, m: which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('direct'), id: anySession }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('owner') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('set'), id: anySession, n: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('relay'), n: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart'), n: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('time'), n: which }) },
);
export type Step = { do: string; id?: string; n?: number; m?: number };

/** One engine with a real dispatcher, in which steps are taken and invariants checked. */
export class World {
  readonly desk: EngineDesk;
  readonly dispatchFolder: string;
  dispatcher: Dispatcher;
  readonly holdAll: boolean;
  readonly taken: string[] = [];
  readonly writtenWhileHeld: RelayEvent[] = [];

  constructor(desk: EngineDesk, holdAll: boolean) {
    this.desk = desk;
    this.holdAll = holdAll;
    this.dispatchFolder = path.join(desk.folder, 'dispatch');
    mkdirSync(this.dispatchFolder);
    this.dispatcher = this.openDispatcher();
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

  take(one: Step): void {
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
      case 'fail':
        this.endCall(one);
        return;
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
        const itemId = item.id;
        const how = m % 4;
        if (how < 2) {
          const kind = how === 0 ? 'approveItem' : 'dismissItem';
          this.does({ kind, itemId, via: 'inbox' });
        } else this.does({ kind: 'answerItem', itemId, text: 'x', direct: how === 2, via: 'cli' });
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
      case 'relay': {
        if (n === 0) this.does({ kind: 'recheck', why: 'test' });
        else this.does({ kind: n % 2 ? 'pause' : 'resume', via: 'tray' });
        return;
      }
      case 'restart':
        if (n % 2) engine.saveSnapshot();
        this.desk.reopenEngine();
        this.dispatcher = this.openDispatcher();
        this.does({ kind: 'startRelay', version: '1', pid: 1, host: 'headless' });
        return;
      case 'time':
        this.desk.now += [1000, 60_000, 3_600_000, 86_400_000][n % 4] ?? 0;
    }
  }

  endCall({ do: how, n = 0, m = 0 }: Step): void {
    const calling = [...this.desk.engine.state.exchanges.values()].filter(
      ({ stage }) => stage === 'calling',
    );
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
    const verdict = purpose === 'answer' ? (this.pick(verdicts, m) ?? null) : null;
    const ending = { stopReason: 'end_turn', requestId: null, firstTextMs: 1 };
    this.does({ kind: 'finishCall', ...facts, ...ending, verdict });
  }

  check(): void {
    const { published, engine, store } = this.desk;
    const { state } = engine;
    expect(this.writtenWhileHeld).toEqual([]);
    const opened = new Map<ExchangeId, number>();
    const closed = new Map<ExchangeId, number>();
    const owed = new Map<ExchangeId, number>();
    const ids: string[] = [];
    const claimed = new Map<DispatchId, string>();
    for (const event of published) {
      const { exchangeId } = event;
      if (event.type === 'exchange.opened' && exchangeId) count(opened, exchangeId, 1);
      if (event.type === 'exchange.closed' && exchangeId) count(closed, exchangeId, 1);
      if (event.type === 'dispatch.queued') {
        ids.push(event.payload.dispatchId);
        claimed.set(event.payload.dispatchId, event.payload.text);
        if (exchangeId) {
          count(owed, exchangeId, 1);
          expect(closed.has(exchangeId), 'nothing is queued for what is over').toBe(false);
        }
      }
      if (event.type === 'dispatch.withdrawn' && exchangeId) count(owed, exchangeId, -1);
      if (event.type === 'item.opened') ids.push(event.payload.itemId);
      if (event.type === 'call.started') ids.push(event.payload.callId);
      if (exchangeId) expect(owed.get(exchangeId) ?? 0, 'one dispatch at a time').toBeLessThan(2);
    }
    expect(ids).toEqual([...new Set(ids)]);
    for (const times of [...opened.values(), ...closed.values()]) expect(times).toBe(1);
    const open = [...opened.keys()].filter((id) => !closed.has(id));
    expect([...state.exchanges.keys()]).toEqual(open);
    this.checkExchanges();
    expect(state.seq).toBe(store.lastSeq());
  }

  /** None is forgotten: each is at work, or something exists that will bring it on. */
  checkExchanges(): void {
    const { state } = this.desk.engine;
    for (const { id, stage, itemId, dispatchId, callId, retryAt } of state.exchanges.values()) {
      const item = itemId ? state.items.get(itemId) : undefined;
      const dispatch = dispatchId ? state.dispatches.get(dispatchId) : undefined;
      const brings = {
        queued: true,
        calling: callId !== null,
        waiting: retryAt !== null,
        tools: true,
        asking: item !== undefined,
        escalated: item !== undefined,
        faulted: item !== undefined,
        drafted: item !== undefined,
        dispatching: dispatch !== undefined,
      };
      expect(brings[stage], `${id} is ${stage} and nothing will bring it on`).toBe(true);
    }
    const sessionsWritten = [...state.dispatches.values()]
      .filter(({ stage }) => stage === 'written')
      .map(({ sessionId }) => sessionId);
    expect(sessionsWritten).toEqual([...new Set(sessionsWritten)]);
  }

  checkStore(): void {
    const { store, db, engine } = this.desk;
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

function count<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
