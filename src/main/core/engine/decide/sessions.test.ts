import { describe, expect, test } from 'vitest';
import type { ItemId } from '#shared/ids.ts';
import { conversation, payloadOf, pureRelay, session, typesOf } from '../testing/pure-relay.ts';

const s1 = session('s1');

describe('switching a session off', () => {
  test('lets it go at once; what waits for the supervisor is only recorded', () => {
    const relay = pureRelay();
    relay.calls(relay.says('s1', 'one'));
    relay.says('s1', 'two');
    const events = relay.does({ kind: 'setAutonomy', sessionId: s1, autonomy: 'off' });
    expect(typesOf(events)).toEqual([
      'session.autonomy_set',
      'exchange.closed',
      'exchange.closed',
      'session.release_queued',
    ]);
    expect(relay.state.exchanges.size).toBe(0);
  });

  test('leaves what the owner was asked, and what is on its way', () => {
    const relay = pureRelay();
    relay.answers(relay.says('s1', 'one'), 'Go on.');
    relay.answers(relay.says('s1', 'two'), {
      ...{ kind: 'escalate', question: 'Q?', proposal: '', reasoning: '' },
    });
    relay.does({ kind: 'setAutonomy', sessionId: s1, autonomy: 'off' });
    expect([...relay.state.exchanges.values()].map(({ stage }) => stage)).toEqual([
      'dispatching',
      'escalated',
    ]);
    expect(relay.state.sessions.get(s1)?.releaseDue).toBe(false);
  });
});

test.each([
  [
    { kind: 'setAutonomy', autonomy: 'auto' },
    { kind: 'setAutonomy', autonomy: 'draft' },
  ],
  [
    { kind: 'setMuted', muted: false },
    { kind: 'setMuted', muted: true },
  ],
  [
    { kind: 'moveSession', conversationId: conversation('default') },
    { kind: 'moveSession', conversationId: conversation('own') },
  ],
] as const)('%o is nothing new, %o is, and both need a session', (same, change) => {
  const relay = pureRelay();
  expect(relay.refuses({ ...change, sessionId: s1 }).message).toContain('no session s1');
  relay.says('s1');
  expect(relay.does({ ...same, sessionId: s1 })).toEqual([]);
  expect(relay.does({ ...change, sessionId: s1 })).toHaveLength(1);
  expect(relay.does({ ...change, sessionId: s1 })).toEqual([]);
});

test('a moved session speaks in its new conversation; what it said stays', () => {
  const relay = pureRelay();
  const before = relay.says('s1', 'one');
  relay.does({ kind: 'moveSession', sessionId: s1, conversationId: conversation('own') });
  const after = relay.says('s1', 'two');
  expect(relay.exchange(before).conversationId).toBe('default');
  expect(relay.exchange(after).conversationId).toBe('own');
});

test('pausing and resuming twice is once', () => {
  const relay = pureRelay();
  const pause = { kind: 'pause', via: 'tray' } as const;
  const resume = { kind: 'resume', via: 'tray' } as const;
  expect(relay.does(resume)).toEqual([]);
  expect(typesOf(relay.does(pause))).toEqual(['relay.paused']);
  expect(relay.does(pause)).toEqual([]);
  expect(relay.state.paused).toBe(true);
  expect(typesOf(relay.does(resume))).toEqual(['relay.resumed']);
  expect(relay.state.paused).toBe(false);
});

test('an item is marked as told once for each channel', () => {
  const relay = pureRelay();
  relay.answers(relay.says('s1'), {
    ...{ kind: 'escalate', question: 'Q?', proposal: '', reasoning: '' },
  });
  const { id } = relay.onlyItem();
  const told = { kind: 'markNotified', itemId: id, channel: 'ntfy' } as const;
  expect(typesOf(relay.does({ ...told, failure: null }))).toEqual(['notification.sent']);
  expect(typesOf(relay.does({ ...told, failure: 'x' }))).toEqual(['notification.failed']);
  expect(relay.onlyItem().notified).toContain('ntfy');
  // Well-formed, never given.
  expect(relay.does({ ...told, itemId: 'i99' as ItemId, failure: null })).toEqual([]);
});

test('instructions and summaries are recorded as they are', () => {
  const relay = pureRelay();
  const instructions = relay.does({ kind: 'recordInstructions', text: 'Be brief.' });
  expect(payloadOf(instructions, 'system_message')).toEqual({ text: 'Be brief.' });
  const summary = { fromPosition: 1, toPosition: 4, fromAt: 1, toAt: 2, events: 4, text: 'S' };
  const [event] = relay.does({
    ...{ kind: 'recordSummary', conversationId: conversation('c'), method: 'supervisor' },
    ...summary,
  });
  expect(event).toMatchObject({ conversationId: 'c', payload: summary });
});

describe('the history of the first relay', () => {
  test('becomes conversation events in its order, whose sessions are introduced once', () => {
    const relay = pureRelay();
    const events = relay.does({
      kind: 'importHistory',
      conversationId: conversation('c'),
      entries: [
        { role: 'user', content: 'one', session_id: 's1', ts: '2025-01-01T00:00:00Z' },
        { role: 'assistant', content: 'two', session_id: 's1', ts: 1_700_000_000 },
        { role: 'user', content: '   ', session_id: 's1' },
        { role: 'user', content: 'three', session_id: '../bad', ts: 1e20 },
        { role: 'system', content: 'four', session_id: 's1', ts: 1_700_000_000_000 },
      ],
    });
    expect(typesOf(events)).toEqual([
      'session.seen',
      'user_message',
      'agent_message',
      'user_message',
      'user_message',
    ]);
    expect(events.map(({ payload }) => payload)).toMatchObject([
      { source: 'import' },
      { author: 'session', text: 'one', sentAt: '2025-01-01T00:00:00Z' },
      { text: 'two', sentAt: '2023-11-14T22:13:20.000Z' },
      { author: 'owner', text: 'three', via: null },
      { author: 'relay', text: 'four', sentAt: '2023-11-14T22:13:20.000Z' },
    ]);
    expect(events.slice(1).every(({ conversationId }) => conversationId === 'c')).toBe(true);
  });
});
