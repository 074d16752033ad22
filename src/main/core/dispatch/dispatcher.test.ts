import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SessionId } from '#shared/ids.ts';
import { noUsage } from '#shared/usage.ts';
import { type EngineDesk, openDesk } from '../engine/testing/engine-desk.ts';
import { factsOf, said, session } from '../engine/testing/pure-relay.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { createMailbox } from './mailbox.ts';

const sessions = ['s1', 's2', 's3'].map(session);
let desk: EngineDesk;
let folder: string;
let dispatcher: Dispatcher;
/** Of what was committed together, the types. */
let commits: string[][];

beforeEach(async () => {
  desk = await openDesk();
  folder = path.join(desk.folder, 'dispatch');
  mkdirSync(folder);
  commits = [];
  const { engine, store } = desk;
  const executeAll: typeof engine.executeAll = (commands) => {
    commits.push(commands.map(({ kind }) => kind));
    return engine.executeAll(commands);
  };
  dispatcher = createDispatcher({
    ...{ engine: { ...engine, state: engine.state, executeAll }, store },
    ...{ mailbox: createMailbox(folder), holdAll: () => false },
  });
});
afterEach(() => desk[Symbol.dispose]());

const inputOf = (sessionId: SessionId) => path.join(folder, sessionId, 'input.txt');
const arrived = () => sessions.filter((sessionId) => existsSync(inputOf(sessionId)));

/** Each session speaks and is answered; the reply is not yet dispatched. */
function answerAll() {
  for (const sessionId of sessions) {
    desk.does({
      ...{ kind: 'acceptEnvelope', sessionId, facts: factsOf({ projectRoot: `/${sessionId}` }) },
      word: said(`I am ${sessionId}, ${desk.store.lastSeq()}`),
    });
    const exchange = [...desk.engine.state.exchanges.values()].find(
      (one) => one.sessionId === sessionId && one.stage === 'queued',
    );
    if (!exchange) return expect.unreachable('an exchange was opened');
    const facts = { exchangeId: exchange.id, purpose: 'answer', model: 'm' } as const;
    const range = { maxTokens: 1, fromSeq: 1, toSeq: 1, estimatedTokens: 1 };
    const [started] = desk.does({ kind: 'startCall', ...facts, ...range });
    if (started?.type !== 'call.started') return expect.unreachable('a call was started');
    desk.does({
      ...{ kind: 'finishCall', ...facts, callId: started.payload.callId, usage: noUsage },
      ...{ costUsd: 0, savedByCacheUsd: 0, stopReason: 'end_turn', requestId: null },
      ...{ firstTextMs: 1, durationMs: 2, verdict: { kind: 'reply', text: 'Go on.' } },
    });
  }
}

test('replies that come together are committed together, with what was taken before', () => {
  answerAll();
  dispatcher.run();
  expect(arrived()).toEqual(sessions);
  answerAll();
  for (const sessionId of sessions) rmSync(inputOf(sessionId));
  dispatcher.run();
  expect(arrived()).toEqual(sessions);
  expect(commits).toEqual([
    ['markWritten', 'markWritten', 'markWritten'],
    ['markClaimed', 'markClaimed', 'markClaimed', 'markWritten', 'markWritten', 'markWritten'],
  ]);
});

test('one that cannot be put on disk keeps no other back, and comes when it can be', () => {
  writeFileSync(path.join(folder, 's2'), 'in the way');
  answerAll();
  expect(() => dispatcher.run()).toThrow();
  expect(existsSync(inputOf(session('s1')))).toBe(true);
  expect(existsSync(inputOf(session('s3')))).toBe(true);
  rmSync(path.join(folder, 's2'));
  dispatcher.run();
  expect(arrived()).toEqual(sessions);
});

test('what a relay that was killed left behind is gone once the next has looked', () => {
  answerAll();
  dispatcher.run();
  const left = path.join(folder, 's2', '.d77.withdrawn');
  writeFileSync(left, 'taken back, and committed');
  const next = createDispatcher({
    ...{ engine: desk.engine, store: desk.store },
    ...{ mailbox: createMailbox(folder), holdAll: () => false },
  });
  next.run();
  expect(existsSync(left)).toBe(false);
  expect(arrived()).toEqual(sessions);
});
