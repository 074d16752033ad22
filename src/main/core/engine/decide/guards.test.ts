import { describe, expect, test } from 'vitest';
import type { ExchangeId } from '#shared/ids.ts';
import { type PureRelay, payloadOf, pureRelay, session, typesOf } from '../testing/pure-relay.ts';

const start = (relay: PureRelay, exchangeId: ExchangeId) =>
  relay.does({
    ...{ kind: 'startCall', exchangeId, purpose: 'answer', model: 'm', maxTokens: 1 },
    ...{ fromSeq: 1, toSeq: 1, estimatedTokens: 1 },
  });
const recheck = { kind: 'recheck', why: 'test' } as const;
const dayMs = 24 * 3_600_000;

describe('the budget of the day', () => {
  function spent() {
    const relay = pureRelay({ budgetPerDayUsd: 1 });
    relay.answers(relay.says('s1', 'one'), 'Go on.', 1);
    const exchangeId = relay.says('s2', 'two');
    const events = start(relay, exchangeId);
    return { relay, exchangeId, events };
  }

  test('once spent, blocks all calls until midnight', () => {
    const { relay, exchangeId, events } = spent();
    expect(typesOf(events)).toEqual(['item.opened']);
    expect(payloadOf(events, 'item.opened')).toMatchObject({
      code: 'budget-day',
      blocks: true,
      retryAt: new Date(2026, 2, 3).getTime(),
    });
    expect(relay.exchange(exchangeId).stage).toBe('queued');
    expect(typesOf(start(relay, exchangeId))).toEqual(['item.updated']);
  });

  test('approved, allows as much again and no more', () => {
    const { relay, exchangeId } = spent();
    relay.does({ kind: 'approveItem', itemId: relay.onlyItem().id, via: 'inbox' });
    expect(relay.state.block).toBeNull();
    relay.answers(exchangeId, 'Go on.', 0.99);
    const third = relay.says('s3');
    expect(typesOf(start(relay, third))).toEqual(['call.started']);
    relay.answers(third, 'Go on.', 0.02);
    const events = start(relay, relay.says('s4'));
    expect(payloadOf(events, 'item.opened').summary).toContain('$2.00 is spent ($2.01)');
  });

  test('below a cent is told to two figures, not as nothing', () => {
    const relay = pureRelay({ budgetPerSessionUsd: 0.0012 });
    relay.answers(relay.says('s1', 'one'), 'Go on.', 0.0015);
    const { summary, proposal } = payloadOf(start(relay, relay.says('s1', 'two')), 'item.opened');
    expect(summary).toContain('has spent its $0.0012 for today ($0.0015)');
    expect(proposal).toBe('Allow it another $0.0012 today.');
  });

  test('far overspent, is enough again all the same', () => {
    const relay = pureRelay({ budgetPerDayUsd: 1 });
    relay.answers(relay.says('s1', 'one'), 'Go on.', 7);
    const exchangeId = relay.says('s1', 'two');
    start(relay, exchangeId);
    relay.does({ kind: 'approveItem', itemId: relay.onlyItem().id, via: 'inbox' });
    relay.answers(exchangeId, 'Go on.', 0.9);
    const third = relay.says('s1', 'three');
    expect(typesOf(start(relay, third))).toEqual(['call.started']);
    relay.answers(third, 'Go on.', 0.2);
    const events = start(relay, relay.says('s1', 'four'));
    expect(payloadOf(events, 'item.opened').summary).toContain('$8.00 is spent ($8.10)');
  });

  test('raised in the settings, goes on and settles its item', () => {
    const { relay, exchangeId } = spent();
    relay.policy.budgetPerDayUsd = 5;
    relay.does(recheck);
    expect(relay.state.block?.retryAt).toBe(relay.now);
    expect(typesOf(start(relay, exchangeId))).toEqual(['item.settled', 'call.started']);
  });

  test('is new after midnight', () => {
    const { relay, exchangeId } = spent();
    relay.now += dayMs;
    expect(typesOf(start(relay, exchangeId))).toEqual(['item.settled', 'call.started']);
  });

  test('takes over the item of what blocks already', () => {
    const relay = pureRelay({ budgetPerDayUsd: 1 });
    relay.answers(relay.says('s1', 'one'), 'Go on.', 1);
    relay.policy.budgetPerDayUsd = null;
    const exchangeId = relay.says('s1', 'two');
    relay.fails(exchangeId, { code: 'key-refused', remedy: 'person', message: 'No.' });
    relay.policy.budgetPerDayUsd = 1;
    expect(typesOf(start(relay, exchangeId))).toEqual(['item.updated']);
    expect(relay.onlyItem().code).toBe('budget-day');
    relay.does({ kind: 'approveItem', itemId: relay.onlyItem().id, via: 'inbox' });
    expect(typesOf(start(relay, exchangeId))).toEqual(['call.started']);
  });
});

describe('the budget of a session', () => {
  function spent() {
    const relay = pureRelay({ budgetPerSessionUsd: 1 });
    relay.answers(relay.says('s1', 'one'), 'Go on.', 1);
    const exchangeId = relay.says('s1', 'two');
    start(relay, exchangeId);
    return { relay, exchangeId };
  }

  test('once spent, stops this session and no other', () => {
    const { relay, exchangeId } = spent();
    expect(relay.onlyItem()).toMatchObject({ code: 'budget-session', holds: true });
    expect(relay.exchange(exchangeId).stage).toBe('faulted');
    expect(typesOf(start(relay, relay.says('s2')))).toEqual(['call.started']);
  });

  test('approved, goes on for as much again', () => {
    const { relay, exchangeId } = spent();
    relay.does({ kind: 'approveItem', itemId: relay.onlyItem().id, via: 'inbox' });
    expect(relay.exchange(exchangeId).stage).toBe('queued');
    relay.answers(exchangeId, 'Go on.', 1);
    const third = relay.says('s1', 'three');
    start(relay, third);
    expect(relay.exchange(third).stage).toBe('faulted');
  });

  test.each([
    ['a raised budget', (relay: PureRelay) => (relay.policy.budgetPerSessionUsd = 2)],
    ['no budget any more', (relay: PureRelay) => (relay.policy.budgetPerSessionUsd = null)],
    ['a new day', (relay: PureRelay) => (relay.now += dayMs)],
  ])('%s lets it go on by itself', (_name, change) => {
    const { relay, exchangeId } = spent();
    expect(relay.does(recheck)).toEqual([]);
    change(relay);
    expect(payloadOf(relay.does(recheck), 'item.settled')).toMatchObject({
      how: 'mended',
      via: null,
    });
    expect(relay.exchange(exchangeId).stage).toBe('queued');
  });
});

describe('exchanges without the owner', () => {
  test('stop the session at the limit, until somebody looks', () => {
    const relay = pureRelay({ exchangesWithoutOwner: 2 });
    for (const text of ['one', 'two']) relay.answers(relay.says('s1', text), 'Go on.');
    expect(relay.state.items.size).toBe(0);
    const third = relay.says('s1', 'three');
    const fourth = relay.says('s1', 'four');
    expect(relay.onlyItem()).toMatchObject({ code: 'exchanges-without-owner', holds: true });
    expect(relay.exchange(third).stage).toBe('faulted');
    expect(relay.exchange(fourth).stage).toBe('queued');
    relay.does({ kind: 'approveItem', itemId: relay.onlyItem().id, via: 'inbox' });
    expect(relay.exchange(third).stage).toBe('queued');
    relay.says('s1', 'five');
    expect(relay.state.items.size).toBe(0);
  });

  test.each([
    ['a direct word', { kind: 'sendDirect', text: 'x', via: 'cli' }],
    ['a typed prompt', { kind: 'prompted' }],
  ])('%s begins the count anew', (_name, how) => {
    const relay = pureRelay({ exchangesWithoutOwner: 2 });
    relay.says('s1', 'one');
    relay.says('s1', 'two');
    if (how.kind === 'prompted') relay.does(relay.envelope('s1', { kind: 'prompted', text: 'x' }));
    else relay.does({ kind: 'sendDirect', sessionId: session('s1'), text: 'x', via: 'cli' });
    relay.says('s1', 'three');
    expect(relay.state.items.size).toBe(0);
  });

  test('a raised limit lets it go on by itself', () => {
    const relay = pureRelay({ exchangesWithoutOwner: 1 });
    relay.says('s1', 'one');
    const second = relay.says('s1', 'two');
    expect(relay.does(recheck)).toEqual([]);
    relay.policy.exchangesWithoutOwner = 9;
    relay.does(recheck);
    expect(relay.exchange(second).stage).toBe('queued');
  });
});

describe('going in circles', () => {
  function circle(repeats: number) {
    const relay = pureRelay({ pingPongRepeats: 3 });
    let exchangeId = relay.says('s1', 'Is it done?');
    for (let n = 1; n <= repeats; n += 1) {
      relay.answers(exchangeId, 'Not yet.');
      if (n < repeats) exchangeId = relay.says('s1', 'Is it done?');
    }
    return { relay, exchangeId };
  }

  test('the same words and answer so often hold the answer back', () => {
    expect(circle(2).relay.state.items.size).toBe(0);
    const { relay, exchangeId } = circle(3);
    expect(relay.onlyItem()).toMatchObject({ code: 'ping-pong', holds: true });
    expect(relay.exchange(exchangeId)).toMatchObject({ stage: 'dispatching', dispatchId: 'd3' });
  });

  test('other words in between begin the count anew', () => {
    const { relay } = circle(2);
    relay.answers(relay.says('s1', 'Something else.'), 'Not yet.');
    relay.answers(relay.says('s1', 'Is it done?'), 'Not yet.');
    expect(relay.state.items.size).toBe(0);
  });

  test('approved, the answer goes out and the count begins anew', () => {
    const { relay, exchangeId } = circle(3);
    relay.does({ kind: 'approveItem', itemId: relay.onlyItem().id, via: 'inbox' });
    expect(relay.exchange(exchangeId).stage).toBe('dispatching');
    relay.answers(relay.says('s1', 'Is it done?'), 'Not yet.');
    expect(relay.state.items.size).toBe(0);
  });

  test('answered, the answer is taken back and thought over', () => {
    const { relay, exchangeId } = circle(3);
    const itemId = relay.onlyItem().id;
    const events = relay.does({
      ...{ kind: 'answerItem', itemId, text: 'Skip it.', direct: false, via: 'inbox' },
    });
    expect(typesOf(events)).toEqual([
      'item.settled',
      'dispatch.withdrawn',
      'user_message',
      'user_message',
    ]);
    expect(relay.exchange(exchangeId)).toMatchObject({ stage: 'queued', dispatchId: null });
  });

  test('dismissed, the answer is dropped and the session let go', () => {
    const { relay, exchangeId } = circle(3);
    for (const id of ['d1', 'd2'] as const) {
      // Ids as the relay gives them.
      relay.does({ kind: 'markClaimed', dispatchId: id as never });
    }
    const events = relay.does({ kind: 'dismissItem', itemId: relay.onlyItem().id, via: 'inbox' });
    expect(payloadOf(events, 'dispatch.withdrawn').dispatchId).toBe('d3');
    expect(relay.state.exchanges.has(exchangeId)).toBe(false);
    expect(typesOf(events)).toContain('session.release_queued');
  });
});
