import { describe, expect, test } from 'vitest';
import type { Fault, FaultRemedy } from '#shared/fault.ts';
import type { ExchangeId } from '#shared/ids.ts';
import { noUsage } from '#shared/usage.ts';
import { payloadOf, pureRelay, session, typesOf } from '../testing/pure-relay.ts';

const faults = {
  wait: { code: 'overloaded', remedy: 'wait', message: 'The API is overloaded.' },
  person: { code: 'key-refused', remedy: 'person', message: 'The key was refused.' },
  shrink: { code: 'prompt-too-long', remedy: 'shrink', message: 'Too long.' },
  lengthen: { code: 'max-tokens', remedy: 'lengthen', message: 'Too short.' },
  decide: { code: 'refusal', remedy: 'decide', message: 'It declined.' },
} as const satisfies Record<FaultRemedy, Fault>;

const escalate = {
  kind: 'escalate',
  question: 'Drop it?',
  proposal: 'No.',
  reasoning: 'R',
} as const;

describe('startCall', () => {
  test('is refused for an exchange that is not open', () => {
    const relay = pureRelay();
    const facts = { model: 'm', maxTokens: 1, fromSeq: 1, toSeq: 1, estimatedTokens: 1 };
    // A well-formed id that was never given.
    const exchangeId = 'x9' as ExchangeId;
    const refusal = relay.refuses({ kind: 'startCall', exchangeId, purpose: 'answer', ...facts });
    expect(refusal.code).toBe('not-found');
  });

  test('a summary while the answer is under way does not become what the exchange waits for', () => {
    const relay = pureRelay();
    const exchangeId = relay.says('s1');
    const answer = relay.calls(exchangeId);
    relay.calls(exchangeId, 'summary');
    expect(relay.exchange(exchangeId)).toMatchObject({ stage: 'calling', callId: answer });
  });
});

describe('a verdict', () => {
  test('reply is queued for the session', () => {
    const relay = pureRelay();
    const exchangeId = relay.says('s1');
    const events = relay.answers(exchangeId, 'Run the tests.', 0.5);
    expect(typesOf(events)).toEqual([
      'call.finished',
      'agent_message',
      'verdict.given',
      'dispatch.queued',
    ]);
    expect(payloadOf(events, 'dispatch.queued')).toEqual({
      dispatchId: 'd1',
      origin: 'supervisor',
      text: 'Run the tests.',
    });
    expect(relay.exchange(exchangeId)).toMatchObject({ stage: 'dispatching', callId: null });
    expect(relay.state.spend.usd).toBe(0.5);
  });

  test('reply in draft waits for the owner', () => {
    const relay = pureRelay({ autonomy: 'draft' });
    const exchangeId = relay.says('s1');
    const events = relay.answers(exchangeId, 'Run the tests.');
    expect(payloadOf(events, 'item.opened')).toMatchObject({
      kind: 'draft',
      proposal: 'Run the tests.',
      holds: true,
    });
    expect(relay.exchange(exchangeId).stage).toBe('drafted');
    expect(relay.state.dispatches.size).toBe(0);
  });

  test('escalate asks the owner, with marker and proposal in the conversation', () => {
    const relay = pureRelay();
    const exchangeId = relay.says('s1');
    const events = relay.answers(exchangeId, escalate);
    expect(payloadOf(events, 'agent_message').text).toBe('[NEEDS-JC] Drop it?\nProposal: No.\nR');
    expect(relay.onlyItem()).toMatchObject({
      kind: 'escalation',
      summary: 'Drop it?',
      proposal: 'No.',
      holds: true,
    });
    expect(relay.exchange(exchangeId).stage).toBe('escalated');
  });

  test('finish lets the session go', () => {
    const relay = pureRelay();
    const events = relay.answers(relay.says('s1'), { kind: 'finish', reason: 'Done.' });
    expect(payloadOf(events, 'exchange.closed').how).toBe('finished');
    expect(typesOf(events)).toContain('session.release_queued');
  });

  test('finish keeps a session that has said more, until that is answered', () => {
    const relay = pureRelay();
    const first = relay.says('s1', 'one');
    const second = relay.says('s1', 'two');
    expect(typesOf(relay.answers(first, { kind: 'finish', reason: '' }))).not.toContain(
      'session.release_queued',
    );
    expect(typesOf(relay.answers(second, { kind: 'finish', reason: '' }))).toContain(
      'session.release_queued',
    );
  });

  test('of a call that nobody waits for any more only costs', () => {
    const relay = pureRelay();
    const exchangeId = relay.says('s1');
    const callId = relay.calls(exchangeId);
    relay.does(relay.envelope('s1', { kind: 'prompted', text: 'me' }));
    const events = relay.does({
      ...{ kind: 'finishCall', exchangeId, callId, purpose: 'answer', model: 'm', durationMs: 1 },
      ...{ usage: { input: 1, output: 1, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 } },
      ...{ costUsd: 2, savedByCacheUsd: 0, stopReason: 'end_turn', requestId: null },
      ...{ firstTextMs: 1, verdict: { kind: 'reply', text: 'late' } },
    });
    expect(typesOf(events)).toEqual(['call.finished']);
    expect(relay.state.spend.usd).toBe(2);
  });
});

describe('the owner is answered', () => {
  test.each([
    ['Nothing to do.', 'exchange.closed', null],
    ['@s1: Start with the parser.', 'dispatch.queued', 's1'],
    ['@nobody: Hello.', 'exchange.closed', null],
    ['@s1:', 'exchange.closed', null],
  ])('%s', (text, type, to) => {
    const relay = pureRelay();
    relay.answers(relay.says('s1'), { kind: 'finish', reason: '' });
    const opened = relay.does({ kind: 'say', text: 'Hm?', conversationId: null, via: 'cli' });
    const events = relay.answers(opened[0]?.exchangeId ?? ('' as ExchangeId), text);
    const last = events.at(-1);
    expect(last?.type).toBe(type);
    if (to) {
      expect(last?.sessionId).toBe(to);
      expect(last?.payload).toMatchObject({ text: 'Start with the parser.' });
    } else expect(last?.payload).toEqual({ how: 'answered' });
  });
});

describe('a call that fails', () => {
  test('waits longer each time, up to the longest, with jitter', () => {
    const relay = pureRelay({ longestWaitMs: 5000 });
    const exchangeId = relay.says('s1');
    const waits = [0, 0, 0, 0, 1].map((chance) => {
      relay.chance = chance;
      const events = relay.fails(exchangeId, faults.wait);
      return (payloadOf(events, 'call.failed').retryAt ?? 0) - relay.now;
    });
    expect(waits).toEqual([1000, 2000, 4000, 5000, 3750]);
    expect(relay.exchange(exchangeId)).toMatchObject({ stage: 'waiting', attempt: 5 });
  });

  test('waits as long as the server asks, where that is longer', () => {
    const relay = pureRelay();
    const exchangeId = relay.says('s1');
    relay.fails(exchangeId, { ...faults.wait, retryAfterMs: 30_000 });
    expect(relay.exchange(exchangeId).retryAt).toBe(relay.now + 30_000);
    // But for what nobody can mean.
    relay.fails(exchangeId, { ...faults.wait, retryAfterMs: 73 * 365 * 86_400_000 });
    expect(relay.exchange(exchangeId).retryAt).toBe(relay.now + 3_600_000);
  });

  test('an outage is told once it lasts, and settled by the first answer', () => {
    const relay = pureRelay();
    const exchangeId = relay.says('s1');
    relay.fails(exchangeId, faults.wait);
    expect(relay.state.items.size).toBe(0);
    relay.now += 119_999;
    relay.fails(exchangeId, faults.wait);
    expect(relay.state.items.size).toBe(0);
    relay.now += 1;
    relay.fails(exchangeId, faults.wait);
    expect(relay.onlyItem()).toMatchObject({ code: 'overloaded', holds: false });
    relay.fails(exchangeId, faults.wait);
    expect(relay.state.items.size).toBe(1);
    const events = relay.answers(exchangeId, 'Go on.');
    expect(payloadOf(events, 'item.settled')).toMatchObject({ how: 'mended', via: null });
    expect(relay.state.outage).toBeNull();
  });

  test('an outage is over when the owner says so, and its calls are made at once', () => {
    const relay = pureRelay();
    const exchangeId = relay.says('s1');
    relay.fails(exchangeId, { ...faults.wait, retryAfterMs: 3_600_000 });
    relay.does({ kind: 'dismissItem', itemId: relay.onlyItem().id, via: 'inbox' });
    expect(relay.exchange(exchangeId)).toMatchObject({ stage: 'waiting' });
    relay.fails(exchangeId, { ...faults.wait, retryAfterMs: 3_600_000 });
    expect(relay.onlyItem().proposal).toBe('Try again now.');
    relay.does({ kind: 'approveItem', itemId: relay.onlyItem().id, via: 'inbox' });
    expect(relay.exchange(exchangeId)).toMatchObject({ stage: 'queued', retryAt: null });
  });

  test('an outage that the server itself calls long is told at once', () => {
    const relay = pureRelay();
    relay.fails(relay.says('s1'), { ...faults.wait, retryAfterMs: 3_600_000 });
    expect(relay.onlyItem().kind).toBe('fault');
  });

  test('for a reason that a person must mend blocks everything, in one item', () => {
    const relay = pureRelay();
    const first = relay.says('s1');
    const second = relay.says('s2');
    relay.fails(first, faults.person);
    expect(relay.state.block).toEqual({
      itemId: 'i1',
      code: 'key-refused',
      retryAt: relay.now + 300_000,
    });
    expect(relay.exchange(first).stage).toBe('queued');
    relay.now += 300_000;
    const again = relay.fails(second, { ...faults.person, code: 'billing', message: 'No credit.' });
    expect(typesOf(again)).toEqual(['call.failed', 'item.updated']);
    expect(relay.onlyItem()).toMatchObject({ code: 'billing', summary: 'No credit.' });
    relay.answers(first, 'Go on.');
    expect(relay.state.block).toBeNull();
    expect(relay.state.items.size).toBe(0);
  });

  test.each([
    ['shrink', 6],
    ['lengthen', 2],
    ['decide', 0],
  ] as const)('%s is tried again %i times, then the owner decides', (remedy, times) => {
    const relay = pureRelay();
    const exchangeId = relay.says('s1');
    for (let n = 0; n < times; n += 1) {
      relay.fails(exchangeId, faults[remedy]);
      expect(relay.exchange(exchangeId)).toMatchObject({ stage: 'waiting', retryAt: relay.now });
    }
    relay.fails(exchangeId, faults[remedy]);
    expect(relay.exchange(exchangeId).stage).toBe('faulted');
    expect(relay.onlyItem()).toMatchObject({
      kind: 'fault',
      code: faults[remedy].code,
      holds: true,
    });
    // What was said while Relay still tried by itself would not be true any more.
    const { message } = faults[remedy];
    const said = times > 0 ? /^(?!Too ).*answer the session yourself\.$/ : message;
    expect(relay.onlyItem().summary).toMatch(said);
    relay.does({ kind: 'approveItem', itemId: relay.onlyItem().id, via: 'inbox' });
    expect(relay.exchange(exchangeId)).toMatchObject({ stage: 'queued', attempt: 0, shrinks: 0 });
  });

  test('a summary that is refused bothers nobody', () => {
    const relay = pureRelay();
    const exchangeId = relay.says('s1');
    const callId = relay.calls(exchangeId, 'summary');
    const events = relay.does({
      ...{ kind: 'failCall', exchangeId, callId, purpose: 'summary', model: 'm', durationMs: 1 },
      ...{ usage: null, costUsd: null, savedByCacheUsd: 0, fault: faults.decide },
    });
    expect(typesOf(events)).toEqual(['call.failed']);
    expect(relay.exchange(exchangeId)).toMatchObject({ stage: 'queued', retryAt: null });
  });
});

test('what a call has cost is its session’s, though its exchange is over', () => {
  const relay = pureRelay();
  const exchangeId = relay.says('s1');
  const callId = relay.calls(exchangeId, 'summary');
  relay.answers(exchangeId, { kind: 'finish', reason: '' });
  expect(relay.state.exchanges.has(exchangeId)).toBe(false);
  const facts = { callId, exchangeId, sessionId: session('s1'), purpose: 'summary' } as const;
  const paid = { model: 'm', durationMs: 1, usage: noUsage, costUsd: 0.25, savedByCacheUsd: 0 };
  const failed = { kind: 'failCall', ...facts, ...paid, fault: faults.wait } as const;
  expect(relay.does(failed)[0]?.sessionId).toBe('s1');
  expect(relay.does({ ...failed, usage: null, costUsd: null })[0]?.sessionId).toBeNull();
});

describe('a call that was cut off by the end of the relay', () => {
  test('is made again at the start, and only once', () => {
    const relay = pureRelay();
    const exchangeId = relay.says('s1');
    relay.calls(exchangeId);
    const start = { kind: 'startRelay', version: '1', pid: 1, host: 'headless' } as const;
    expect(typesOf(relay.does(start))).toEqual(['relay.started', 'call.interrupted']);
    expect(relay.exchange(exchangeId)).toMatchObject({ stage: 'queued', callId: null });
    expect(typesOf(relay.does(start))).toEqual(['relay.started']);
  });

  test('interruptCall is for the call that is waited for', () => {
    const relay = pureRelay();
    const exchangeId = relay.says('s1');
    const callId = relay.calls(exchangeId);
    relay.fails(exchangeId, faults.wait);
    expect(relay.does({ kind: 'interruptCall', exchangeId, callId })).toEqual([]);
    const next = relay.calls(exchangeId);
    relay.does({ kind: 'interruptCall', exchangeId, callId: next });
    expect(relay.exchange(exchangeId).stage).toBe('queued');
  });
});

test('the supervisor is reminded of what is open', () => {
  const relay = pureRelay();
  const exchangeId = relay.says('s1');
  const events = relay.does({ kind: 'remindSupervisor', exchangeId });
  expect(payloadOf(events, 'user_message')).toMatchObject({
    author: 'relay',
    text: expect.stringContaining('session s1'),
  });
  expect(events[0]?.exchangeId).toBe(exchangeId);
  relay.does(relay.envelope('s1', { kind: 'prompted', text: 'me' }));
  expect(relay.does({ kind: 'remindSupervisor', exchangeId })).toEqual([]);
  expect(relay.state.sessions.get(session('s1'))?.busy).toBe(true);
});
