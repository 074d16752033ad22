import { describe, expect, test } from 'vitest';
import {
  dispatch,
  factsOf,
  payloadOf,
  pureRelay,
  said,
  session,
  typesOf,
} from '../testing/pure-relay.ts';

describe('a word that asks for an answer', () => {
  test('introduces the session and opens an exchange', () => {
    const relay = pureRelay();
    const events = relay.does(
      relay.envelope('s1', said('All tests pass.'), {
        title: 'parser',
        cwd: '/code/p',
        projectRoot: '/code/p',
      }),
    );
    expect(typesOf(events)).toEqual([
      'session.seen',
      'exchange.opened',
      'envelope.accepted',
      'user_message',
    ]);
    expect(new Set(events.map(({ conversationId }) => conversationId))).toEqual(
      new Set(['/code/p']),
    );
    expect(relay.state.exchanges.get(events[1]?.exchangeId ?? ('' as never))?.stage).toBe('queued');
    expect(relay.state.sessions.get(session('s1'))).toMatchObject({
      title: 'parser',
      cwd: '/code/p',
      exchangesSinceOwner: 1,
    });
  });

  test('keeps what the contract does not know', () => {
    const relay = pureRelay();
    const facts = { meta: { a: 1 }, extra: { colour: 'red' }, envelopeId: 'e1', sentAt: 'then' };
    const events = relay.does(relay.envelope('s1', said('x'), facts));
    expect(payloadOf(events, 'envelope.accepted')).toMatchObject(facts);
  });

  test.each([
    ['project', '/p', '/p'],
    ['project', null, 'default'],
    ['one', '/p', 'default'],
    ['session', '/p', 's1'],
  ] as const)('scope %s with root %s talks in %s', (conversationScope, projectRoot, expected) => {
    const relay = pureRelay({ conversationScope });
    relay.says('s1', 'x', { projectRoot });
    expect(relay.state.sessions.get(session('s1'))?.conversationId).toBe(expected);
  });

  test('a session stays where it is when its folder changes, and is introduced again', () => {
    const relay = pureRelay();
    relay.says('s1', 'x', { cwd: '/p', projectRoot: '/p' });
    const again = relay.does(relay.envelope('s1', said('y'), { cwd: '/q', projectRoot: '/q' }));
    expect(typesOf(again)[0]).toBe('session.seen');
    expect(relay.state.sessions.get(session('s1'))).toMatchObject({
      cwd: '/q',
      conversationId: '/p',
    });
    const same = relay.does(relay.envelope('s1', said('z'), { cwd: '/q' }));
    expect(typesOf(same)[0]).toBe('exchange.opened');
  });

  test('from a session that is switched off is only recorded, and lets it go', () => {
    const relay = pureRelay({ autonomy: 'off' });
    const events = relay.does(relay.envelope('s1', said('x')));
    expect(typesOf(events).slice(-2)).toEqual(['exchange.closed', 'session.release_queued']);
    expect(payloadOf(events, 'exchange.closed').how).toBe('watched');
    expect(relay.state.exchanges.size).toBe(0);
    expect(relay.state.sessions.get(session('s1'))).toMatchObject({
      autonomy: 'off',
      releaseDue: true,
    });
  });

  test('ends a release that is still owed: it waits anew', () => {
    const relay = pureRelay();
    relay.answers(relay.says('s1'), { kind: 'finish', reason: 'done' });
    expect(relay.state.sessions.get(session('s1'))?.releaseDue).toBe(true);
    relay.says('s1');
    expect(relay.state.sessions.get(session('s1'))?.releaseDue).toBe(false);
  });
});

describe('what hooks tell', () => {
  test.each([
    [
      { kind: 'opened', source: 'startup' },
      { presence: 'open', claudePid: 7, attended: true },
    ],
    [
      { kind: 'closed', reason: 'other' },
      { presence: 'closed', busy: false },
    ],
    [{ kind: 'failed', error: 'rate_limit', message: 'API Error' }, { failure: 'API Error' }],
    [{ kind: 'failed', error: 'rate_limit', message: '' }, { failure: 'rate_limit' }],
    [
      { kind: 'backgrounded', text: 'x', tasks: 2 },
      { backgroundTasks: 2, busy: true },
    ],
    [{ kind: 'notified', what: 'idle_prompt', message: 'waits' }, { failure: null }],
  ] as const)('%o', (word, expected) => {
    const relay = pureRelay();
    relay.does(relay.envelope('s1', word, { claudePid: 7, attended: true }));
    expect(relay.state.sessions.get(session('s1'))).toMatchObject(expected);
    expect(relay.state.exchanges.size).toBe(0);
  });

  test('background tasks are a pause: said is kept, the wait ends', () => {
    const relay = pureRelay();
    const events = relay.does(relay.envelope('s1', { kind: 'backgrounded', text: 'x', tasks: 1 }));
    expect(typesOf(events)).toContain('session.release_queued');
    expect(payloadOf(events, 'user_message')).toMatchObject({ author: 'session', text: 'x' });
  });

  test('background tasks release nobody for whom a reply is on its way', () => {
    const relay = pureRelay();
    relay.answers(relay.says('s1'), 'Go on.');
    const events = relay.does(relay.envelope('s1', { kind: 'backgrounded', text: 'x', tasks: 1 }));
    expect(typesOf(events)).not.toContain('session.release_queued');
  });

  test('a session that speaks has no failure and no background tasks any more', () => {
    const relay = pureRelay();
    relay.does(relay.envelope('s1', { kind: 'failed', error: 'e', message: 'm' }));
    relay.does(relay.envelope('s1', { kind: 'closed', reason: 'other' }));
    relay.says('s1');
    expect(relay.state.sessions.get(session('s1'))).toMatchObject({
      failure: null,
      backgroundTasks: 0,
      presence: 'unknown',
    });
  });
});

describe('a person who types in the terminal', () => {
  const typed = { kind: 'prompted', text: 'Stop that.' } as const;

  test('withdraws what is queued and closes the exchange', () => {
    const relay = pureRelay();
    const exchangeId = relay.says('s1');
    relay.answers(exchangeId, 'Go on.');
    const events = relay.does(relay.envelope('s1', typed));
    expect(payloadOf(events, 'dispatch.withdrawn').dispatchId).toBe('d1');
    expect(payloadOf(events, 'exchange.closed').how).toBe('withdrawn');
    expect(relay.state.dispatches.size + relay.state.exchanges.size).toBe(0);
    const said = events.filter(({ type }) => type === 'user_message').map(({ payload }) => payload);
    expect(said).toMatchObject([
      { author: 'relay' },
      { author: 'owner', text: 'Stop that.', via: 'terminal' },
    ]);
  });

  test('has what is written taken back by the dispatcher, who may be too late', () => {
    const relay = pureRelay();
    const exchangeId = relay.says('s1');
    relay.answers(exchangeId, 'Go on.');
    relay.does({ kind: 'markWritten', dispatchId: dispatch('d1') });
    const events = relay.does(relay.envelope('s1', typed));
    expect(typesOf(events)).not.toContain('exchange.closed');
    expect(relay.state.dispatches.get(dispatch('d1'))?.withdrawDue).toBe(true);
    const claimed = relay.does({ kind: 'markClaimed', dispatchId: dispatch('d1') });
    expect(payloadOf(claimed, 'exchange.closed').how).toBe('delivered');
  });

  test('drops a call that is under way and settles what waits for the owner', () => {
    const relay = pureRelay();
    const asking = relay.says('s1');
    relay.answers(asking, {
      kind: 'escalate',
      question: 'Drop it?',
      proposal: 'No.',
      reasoning: '',
    });
    const calling = relay.says('s1', 'more');
    relay.calls(calling);
    relay.says('s2');
    const events = relay.does(relay.envelope('s1', typed));
    expect(payloadOf(events, 'item.settled')).toMatchObject({ how: 'withdrawn', via: 'terminal' });
    expect([...relay.state.exchanges.values()].map(({ sessionId }) => sessionId)).toEqual(['s2']);
    expect(relay.state.sessions.get(session('s1'))).toMatchObject({
      busy: true,
      exchangesSinceOwner: 0,
    });
  });
});

test('the same id again is noted and opens nothing', () => {
  const relay = pureRelay();
  relay.says('s1', 'x', { envelopeId: 'e1' });
  const facts = factsOf({ envelopeId: 'e1' });
  const events = relay.does({ kind: 'repeatEnvelope', sessionId: session('s1'), facts });
  expect(typesOf(events)).toEqual(['envelope.repeated']);
  expect(relay.state.exchanges.size).toBe(1);
});

test('a rejection is an event of its own', () => {
  const relay = pureRelay();
  const rejection = { name: 'a.json', keptAs: 'a.2.json', reason: 'content is empty.' };
  const events = relay.does({ kind: 'rejectEnvelope', ...rejection });
  expect(payloadOf(events, 'envelope.rejected')).toEqual(rejection);
});
