import { describe, expect, test } from 'vitest';
import type { ExchangeId } from '#shared/ids.ts';
import {
  item,
  type PureRelay,
  payloadOf,
  pureRelay,
  session,
  someUsage,
  typesOf,
} from '../testing/pure-relay.ts';

const via = 'inbox' as const;

function asksFor(relay: PureRelay, exchangeId: ExchangeId, ids: readonly string[]) {
  const callId = relay.exchange(exchangeId).callId ?? relay.calls(exchangeId);
  const calls = ids.map((toolUseId) => ({ toolUseId, name: 'bash', input: { command: 'ls' } }));
  return relay.does({
    ...{ kind: 'finishCall', exchangeId, callId, purpose: 'answer', model: 'm', durationMs: 5 },
    ...{ savedByCacheUsd: 0, usage: someUsage, costUsd: 0.01, stopReason: 'tool_use' },
    ...{ requestId: null, firstTextMs: 1, verdict: null, tools: { said: 'Let me see.', calls } },
  });
}

function asked(ids: readonly string[] = ['t1']) {
  const relay = pureRelay();
  const exchangeId = relay.says('s1');
  asksFor(relay, exchangeId, ids);
  return { relay, exchangeId };
}

function waiting() {
  const { relay, exchangeId } = asked();
  const words = { summary: 'May it?', shows: 'ls', reasoning: 'Let me see.' };
  relay.does({ kind: 'askTool', exchangeId, toolUseId: 't1', ...words });
  return { relay, exchangeId };
}

/** Every use has exactly one response. */
function expectWhole({ events }: PureRelay): void {
  const ids = (type: string) =>
    events.filter((event) => event.type === type).map(({ toolUseId }) => toolUseId);
  expect(ids('tool_response').sort()).toEqual(ids('tool_call').sort());
}

test('what the supervisor asks for is recorded, answered one by one, and then it is called again', () => {
  const { relay, exchangeId } = asked(['t1', 't2']);
  expect(relay.exchange(exchangeId)).toMatchObject({ stage: 'tools', rounds: 1, callId: null });
  const answer = (toolUseId: string) =>
    relay.does({ kind: 'answerTool', exchangeId, toolUseId, output: 'x', isError: false });
  expect(typesOf(answer('t1'))).toEqual(['tool_response']);
  expect(relay.exchange(exchangeId).stage).toBe('tools');
  answer('t2');
  expect(relay.exchange(exchangeId).stage).toBe('queued');
  expect(answer('t2')).toEqual([]);
  asksFor(relay, exchangeId, ['t3']);
  expect(relay.exchange(exchangeId).rounds).toBe(2);
  answer('t3');
  relay.answers(exchangeId, 'Go on.');
  expect(relay.exchange(exchangeId).rounds).toBe(0);
  expectWhole(relay);
});

describe('a use that the owner is asked about', () => {
  test('holds its session and shows what would run', () => {
    const { relay, exchangeId } = waiting();
    expect(relay.exchange(exchangeId).stage).toBe('asking');
    expect(relay.onlyItem()).toMatchObject({ kind: 'tool', proposal: 'ls', holds: true });
    const again = { summary: '', shows: '', reasoning: '' };
    expect(relay.does({ kind: 'askTool', exchangeId, toolUseId: 't1', ...again })).toEqual([]);
  });

  test.each([
    ['approveItem', { isAllowed: true, hasWords: false }],
    ['dismissItem', { isAllowed: false, hasWords: false }],
  ] as const)('%s settles it and nothing else', (kind, answer) => {
    const { relay, exchangeId } = waiting();
    expect(typesOf(relay.does({ kind, itemId: item('i1'), via }))).toEqual(['item.settled']);
    expect(relay.exchange(exchangeId).stage).toBe('tools');
    expect(relay.exchange(exchangeId).tools.get('t1')?.answer).toEqual(answer);
  });

  test('answered, is denied and the words are kept', () => {
    const { relay, exchangeId } = waiting();
    const text = 'Not there.';
    const events = relay.does({
      ...{ kind: 'answerItem', itemId: item('i1'), text, direct: false, via },
    });
    expect(payloadOf(events, 'user_message').text).toBe(text);
    expect(relay.exchange(exchangeId).tools.get('t1')?.answer).toEqual({
      isAllowed: false,
      hasWords: true,
    });
  });
});

describe('no use stays without its response', () => {
  test.each(['asked', 'waiting'] as const)('%s, and the relay is started anew', (how) => {
    const { relay, exchangeId } = how === 'asked' ? asked(['t1', 't2']) : waiting();
    relay.does({ kind: 'startRelay', version: 't', pid: 1, host: 'headless' });
    expect(relay.exchange(exchangeId).stage).toBe('queued');
    expect(relay.state.items.size).toBe(0);
    expectWhole(relay);
  });

  test.each(['asked', 'waiting'] as const)('%s, and a person types', (how) => {
    const { relay } = how === 'asked' ? asked() : waiting();
    const events = relay.does(relay.envelope('s1', { kind: 'prompted', text: 'Me.' }));
    expect(typesOf(events).filter((type) => type === 'item.settled').length).toBe(
      how === 'asked' ? 0 : 1,
    );
    expect(relay.state.exchanges.size).toBe(0);
    expectWhole(relay);
  });

  test.each(['asked', 'waiting'] as const)('%s, and the session is switched off', (how) => {
    const { relay } = how === 'asked' ? asked() : waiting();
    relay.does({ kind: 'setAutonomy', sessionId: session('s1'), autonomy: 'off' });
    expect(relay.state.items.size).toBe(0);
    expect(relay.state.exchanges.size).toBe(0);
    expectWhole(relay);
  });

  test('waiting, and the owner speaks to the session himself', () => {
    const { relay, exchangeId } = waiting();
    relay.does({ kind: 'sendDirect', sessionId: session('s1'), text: 'Stop.', via });
    expect(relay.exchange(exchangeId).stage).toBe('dispatching');
    expect(relay.state.items.size).toBe(0);
    expectWhole(relay);
  });
});

test('a policy of a session is set once and taken back', () => {
  const { relay } = asked();
  const set = (policy: 'allow' | null) =>
    relay.does({ kind: 'setToolPolicy', sessionId: session('s1'), tool: 'bash', policy });
  expect(typesOf(set('allow'))).toEqual(['session.tool_policy_set']);
  expect(set('allow')).toEqual([]);
  expect(relay.state.sessions.get(session('s1'))?.toolPolicies).toEqual(
    new Map([['bash', 'allow']]),
  );
  set(null);
  expect(relay.state.sessions.get(session('s1'))?.toolPolicies.size).toBe(0);
  const sessionId = session('nobody');
  const refusal = relay.refuses({ kind: 'setToolPolicy', sessionId, tool: 'x', policy: 'deny' });
  expect(refusal.code).toBe('not-found');
});
