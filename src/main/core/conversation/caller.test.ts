import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ExchangeId } from '#shared/ids.ts';
import { type EngineDesk, openDesk } from '../engine/testing/engine-desk.ts';
import { factsOf, said, session } from '../engine/testing/pure-relay.ts';
import { silentLogger } from '../settings/logs.ts';
import { faultOf } from '../supervisor/classify-fault.ts';
import type { CallOutcome, Supervisor } from '../supervisor/supervisor.ts';
import { createToolbox } from '../tools/toolbox.ts';
import { type Caller, createCaller } from './caller.ts';
import { defaultLimits } from './limits.ts';

/** Only what the whole relay does not show: when the caller wants to be asked again. */

let desk: EngineDesk;
let caller: Caller;
/** What the paid API would answer; it settles when the test says so. */
let asked: ((outcome: CallOutcome) => void)[];

beforeEach(async () => {
  desk = await openDesk();
  asked = [];
  const supervisor: Supervisor = {
    answer: (_request, _onProgress, signal) =>
      new Promise((resolve) => {
        asked.push(resolve);
        const cut = { ok: false, fault: faultOf('cut', 'Called off.'), partialText: '' } as const;
        signal.addEventListener('abort', () => resolve(cut));
      }),
    countTokens: () => Promise.resolve(1),
    probe: () => Promise.resolve({ ok: true, found: 'x' }),
  };
  const toolbox = createToolbox({ tools: () => [], policyOf: () => undefined, onBug: () => {} });
  caller = createCaller({
    ...{ engine: desk.engine, queries: desk.queries, supervisor, toolbox, placeOf: () => null },
    settings: () => ({
      ...{ provider: 'anthropic', model: 'm', summaryModel: 'm', maxTokens: 1000, effort: null },
      cacheTtl: '5m',
      ...{ limits: defaultLimits, holdAll: false, instructions: 'Be brief.' },
    }),
    price: () => ({ costUsd: 0, savedByCacheUsd: 0 }),
    ...{ mostTokens: () => undefined, onProgress: () => {}, log: silentLogger },
    now: () => desk.now,
  });
});
afterEach(async () => {
  await caller.stop();
  desk[Symbol.dispose]();
});

const failure = (code: 'overloaded' | 'key-refused'): CallOutcome => ({
  ok: false,
  fault: faultOf(code, 'It failed.'),
  partialText: '',
});

function says(id: string): ExchangeId {
  const word = said(`I am ${id}`);
  const facts = factsOf({ projectRoot: `/${id}` });
  const events = desk.does({ kind: 'acceptEnvelope', sessionId: session(id), facts, word });
  return events.find(({ exchangeId }) => exchangeId)?.exchangeId ?? expect.fail('no exchange');
}

/** Lets the caller look until it has asked so often; a call that has just ended makes room first. */
async function runs(calls: number): Promise<void> {
  const look = () => {
    caller.run();
    return asked.length;
  };
  await expect.poll(look).toBe(calls);
}

async function failsWith(code: 'overloaded' | 'key-refused'): Promise<void> {
  const before = desk.published.filter(({ type }) => type === 'call.failed').length;
  asked.at(-1)?.(failure(code));
  await expect
    .poll(() => desk.published.filter(({ type }) => type === 'call.failed').length)
    .toBe(before + 1);
}

test('nothing waits, nothing is due', async () => {
  caller.run();
  expect(caller.nextDueAt()).toBeUndefined();
  says('s1');
  await runs(1);
  expect(caller.nextDueAt()).toBeUndefined();
});

describe('a call that waits', () => {
  beforeEach(async () => {
    says('s1');
    await runs(1);
    await failsWith('overloaded');
  });

  test('is due when its wait is over, and made then', async () => {
    caller.run();
    expect(caller.nextDueAt()).toBe(desk.now + 1000);
    desk.now += 1000;
    // Whoever was late by then must not miss it.
    expect(caller.nextDueAt()).toBe(desk.now);
    await runs(2);
    expect(caller.nextDueAt()).toBeUndefined();
  });

  test('is not due over and over while something else keeps it back', () => {
    desk.does({ kind: 'pause', via: 'cli' });
    desk.now += 5000;
    caller.run();
    expect(caller.nextDueAt()).toBeUndefined();
    expect(asked).toHaveLength(1);
  });
});

describe('while something blocks all calls', () => {
  test('the next try is due at its time, and not again while it is under way', async () => {
    says('s1');
    await runs(1);
    await failsWith('key-refused');
    says('s2');
    caller.run();
    expect(asked).toHaveLength(1);
    expect(caller.nextDueAt()).toBe(desk.now + 300_000);
    desk.now += 300_000;
    await runs(2);
    caller.run();
    expect(asked).toHaveLength(2);
    expect(caller.nextDueAt()).toBeUndefined();
  });

  test('the next try is due once, though nobody has anything to ask by then', async () => {
    const exchangeId = says('s1');
    await runs(1);
    await failsWith('key-refused');
    desk.does({ kind: 'setAutonomy', sessionId: session('s1'), autonomy: 'off' });
    expect(desk.engine.state.exchanges.has(exchangeId)).toBe(false);
    desk.now += 300_000;
    caller.run();
    expect(caller.nextDueAt()).toBeUndefined();
  });
});
