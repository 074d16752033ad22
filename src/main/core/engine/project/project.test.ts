import { expect, test } from 'vitest';
import type { EventType, RelayEvent } from '#shared/events.ts';
import { eventPayloads } from '#shared/events.ts';
import { stringify } from '../snapshot.ts';
import { emptyState } from '../state.ts';
import { dispatch, payloadOf, pureRelay, session } from '../testing/pure-relay.ts';
import { project, projectAll } from './index.ts';

test('the same history gives the same state, step by step or at once', () => {
  const relay = pureRelay();
  relay.answers(relay.says('s1'), 'Go on.');
  relay.does({ kind: 'markWritten', dispatchId: dispatch('d1') });
  expect(projectAll(relay.events)).toEqual(relay.state);
  expect(relay.state.seq).toBe(relay.events.length);
});

test('money of another day is not money of today', () => {
  const relay = pureRelay();
  relay.answers(relay.says('s1', 'one'), 'Go on.', 3);
  expect(relay.state.spend).toMatchObject({ day: '2026-03-02', usd: 3 });
  relay.now += 24 * 3_600_000;
  relay.answers(relay.says('s1', 'two'), 'Go on.', 1);
  expect(relay.state.spend).toMatchObject({ day: '2026-03-03', usd: 1 });
  expect(relay.state.spend.bySession.get(session('s1'))).toBe(1);
});

test('a call without a price costs nothing that is known', () => {
  const relay = pureRelay();
  const exchangeId = relay.says('s1');
  relay.fails(exchangeId, { code: 'refusal', remedy: 'decide', message: 'No.' });
  expect(relay.state.spend.usd).toBe(0);
});

test('events about what is gone change nothing but the place in history', () => {
  const relay = pureRelay();
  const exchangeId = relay.says('s1');
  relay.answers(exchangeId, 'Go on.');
  relay.does({ kind: 'markWritten', dispatchId: dispatch('d1') });
  const claimed = relay.does({ kind: 'markClaimed', dispatchId: dispatch('d1') });
  const late: EventType[] = [
    'call.failed',
    'call.finished',
    'call.interrupted',
    'dispatch.written',
  ];
  const before = stringify({ ...relay.state, seq: 0 });
  for (const type of late) {
    const found = relay.events.find((event) => event.type === type);
    if (found) project(relay.state, { ...found, payload: withoutCost(found) } as RelayEvent);
  }
  expect(stringify({ ...relay.state, seq: 0 })).toBe(before);
  expect(payloadOf(claimed, 'dispatch.claimed').dispatchId).toBe('d1');
});

function withoutCost({ payload }: RelayEvent): unknown {
  return 'costUsd' in payload ? { ...payload, costUsd: null } : payload;
}

test('every type of event can be folded in, known to decisions or not', () => {
  const state = emptyState();
  const subject = { sessionId: session('s1'), conversationId: 'c', exchangeId: 'x1' };
  for (const [index, type] of Object.keys(eventPayloads).entries()) {
    const bare = {
      itemId: 'i1',
      dispatchId: 'd1',
      callId: 'c1',
      text: '',
      fault: { remedy: 'wait' },
    };
    const event = { seq: index + 1, type, at: 1, payload: bare, ...subject, toolUseId: null };
    // Only as much of each payload as could make a projector stumble.
    project(state, event as unknown as RelayEvent);
  }
  expect(state.seq).toBe(Object.keys(eventPayloads).length);
});
