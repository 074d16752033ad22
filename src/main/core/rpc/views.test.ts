import { describe, expect, test } from 'vitest';
import type { Fault } from '#shared/fault.ts';
import { dispatch, type PureRelay, pureRelay, session } from '../engine/testing/pure-relay.ts';
import type { Queries } from '../store/queries.ts';
import {
  costSummary,
  countQueued,
  relayStateName,
  sessionSummaries,
  waitingList,
} from './views.ts';

const noRows = { sessions: () => [] } as Pick<Queries, 'sessions'>;
// The views ask for nothing but these.
const queries = noRows as Queries;
const escalate = { kind: 'escalate', question: 'Q?', proposal: '', reasoning: '' } as const;
const overloaded: Fault = { code: 'overloaded', remedy: 'wait', message: 'It is overloaded.' };
const refused: Fault = { code: 'key-refused', remedy: 'person', message: 'The key was refused.' };

describe('what the relay is doing', () => {
  test.each<[string, (relay: PureRelay) => void, string, number]>([
    ['nothing', () => {}, 'idle', 0],
    ['queued', (relay) => relay.says('s1'), 'working', 1],
    ['calling', (relay) => relay.calls(relay.says('s1')), 'working', 1],
    ['waiting', (relay) => relay.fails(relay.says('s1'), overloaded), 'working', 1],
    ['answered', (relay) => relay.answers(relay.says('s1'), 'Go on.'), 'idle', 0],
    ['asking', (relay) => relay.answers(relay.says('s1'), escalate), 'needs-owner', 0],
    [
      'paused over all',
      (relay) => {
        relay.answers(relay.says('s1'), escalate);
        relay.does({ kind: 'pause', via: 'cli' });
      },
      'paused',
      0,
    ],
  ])('%s', (_name, happens, state, queued) => {
    const relay = pureRelay();
    happens(relay);
    expect(relayStateName(relay.state)).toBe(state);
    expect(countQueued(relay.state)).toBe(queued);
  });
});

describe('what waits by itself', () => {
  test('says why and until when', () => {
    const relay = pureRelay();
    relay.fails(relay.says('s1'), overloaded);
    expect(waitingList(relay.state)).toMatchObject([
      { sessionId: 's1', reason: 'It is overloaded.', retryAt: relay.now + 1000, attempt: 1 },
    ]);
  });

  test('is everything while something blocks', () => {
    const relay = pureRelay();
    const first = relay.says('s1');
    relay.says('s2');
    expect(waitingList(relay.state)).toEqual([]);
    relay.fails(first, refused);
    expect(waitingList(relay.state).map(({ reason }) => reason)).toEqual([
      'The key was refused.',
      'The key was refused.',
    ]);
  });
});

describe('the state of a session', () => {
  const one = (relay: PureRelay) => {
    const [summary] = sessionSummaries(relay.state, queries);
    return { state: summary?.state, detail: summary?.detail };
  };
  const hook = (relay: PureRelay, word: Parameters<PureRelay['envelope']>[1]) =>
    relay.does(relay.envelope('s1', word));

  test.each<[(relay: PureRelay) => void, string, string]>([
    [(relay) => relay.says('s1'), 'waiting', 'waits its turn'],
    [(relay) => relay.calls(relay.says('s1')), 'waiting', 'supervisor is answering'],
    [(relay) => relay.fails(relay.says('s1'), overloaded), 'waiting', 'It is overloaded.'],
    [(relay) => relay.fails(relay.says('s1'), refused), 'waiting', 'The key was refused.'],
    [(relay) => relay.answers(relay.says('s1'), 'Go on.'), 'waiting', 'reply on its way'],
    [
      (relay) => {
        relay.answers(relay.says('s1'), 'Go on.');
        relay.does({ kind: 'markWritten', dispatchId: dispatch('d1') });
      },
      'waiting',
      'reply not taken yet',
    ],
    [
      (relay) => {
        relay.answers(relay.says('s1'), 'Go on.');
        relay.does({ kind: 'markClaimed', dispatchId: dispatch('d1') });
      },
      'working',
      'at work',
    ],
    [(relay) => relay.answers(relay.says('s1'), escalate), 'needs-owner', 'asks you'],
    [
      (relay) =>
        relay.does({ kind: 'sendDirect', sessionId: session('s1'), text: 'x', via: 'cli' }),
      'waiting',
      'a word waits for it',
    ],
    [(relay) => hook(relay, { kind: 'opened', source: 'startup' }), 'idle', ''],
    [(relay) => hook(relay, { kind: 'closed', reason: 'other' }), 'closed', 'closed'],
    [
      (relay) => hook(relay, { kind: 'failed', error: 'e', message: 'API down' }),
      'idle',
      'API down',
    ],
    [
      (relay) => hook(relay, { kind: 'backgrounded', text: 'x', tasks: 2 }),
      'working',
      '2 background tasks',
    ],
    [(relay) => hook(relay, { kind: 'prompted', text: 'x' }), 'working', 'at work'],
    [
      (relay) => {
        relay.policy.autonomy = 'off';
        relay.does(relay.envelope('s1', { kind: 'said', text: 'x', saidKey: 'x' }));
      },
      'idle',
      'only watched',
    ],
    [
      (relay) => {
        relay.says('s1');
        relay.does({ kind: 'pause', via: 'cli' });
      },
      'waiting',
      'paused',
    ],
  ])('%# is %s: %s', (happens, state, detail) => {
    const relay = pureRelay();
    happens(relay);
    expect(one(relay)).toEqual({ state, detail });
  });

  test('those that spoke last come first', () => {
    const relay = pureRelay();
    for (const id of ['s1', 's2', 's1']) {
      relay.now += 1000;
      relay.says(id);
    }
    expect(sessionSummaries(relay.state, queries).map(({ id }) => id)).toEqual(['s1', 's2']);
  });
});

test('costs are what is kept of them, with what today cost', () => {
  const relay = pureRelay();
  relay.answers(relay.says('s1'), 'Go on.', 0.25);
  const spent = { input: 30, output: 15, cacheRead: 9, cacheWrite5m: 6, cacheWrite1h: 3 };
  const line = {
    key: 's1',
    calls: 6,
    usd: 5,
    estimatedUsd: 2,
    savedUsd: 1.5,
    unpricedCalls: 3,
    ...spent,
  };
  const totals = {
    all: { ...line, key: '' },
    sessions: [line],
    models: [],
    purposes: [],
    days: [],
  };
  expect(costSummary(relay.state, { spendTotals: () => totals }, relay.now)).toEqual({
    ...{ todayUsd: 0.25, totalUsd: 5, estimatedUsd: 2, calls: 6, tokens: spent },
    bySession: [{ key: 's1', usd: 5, estimatedUsd: 2, calls: 6, tokens: spent }],
    ...{ byModel: [], byDay: [], byPurpose: [], savedByCacheUsd: 1.5, unpricedCalls: 3 },
  });
  const nothing = { ...totals, all: undefined, sessions: [] };
  expect(costSummary(relay.state, { spendTotals: () => nothing }, relay.now)).toMatchObject({
    ...{ totalUsd: 0, calls: 0, bySession: [] },
  });
});
