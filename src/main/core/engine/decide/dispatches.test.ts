import { describe, expect, test } from 'vitest';
import { dispatch, payloadOf, pureRelay, session, typesOf } from '../testing/pure-relay.ts';

const d1 = dispatch('d1');

function queued() {
  const relay = pureRelay();
  const exchangeId = relay.says('s1');
  relay.answers(exchangeId, 'Go on.');
  return { relay, exchangeId };
}

test('queued, written, claimed: the exchange is over and the session at work', () => {
  const { relay, exchangeId } = queued();
  const [written] = relay.does({ kind: 'markWritten', dispatchId: d1 });
  expect(written).toMatchObject({ type: 'dispatch.written', sessionId: 's1', exchangeId });
  const claimed = relay.does({ kind: 'markClaimed', dispatchId: d1 });
  expect(typesOf(claimed)).toEqual(['dispatch.claimed', 'exchange.closed']);
  expect(payloadOf(claimed, 'exchange.closed').how).toBe('delivered');
  expect(relay.state.sessions.get(session('s1'))?.busy).toBe(true);
});

test('withdrawn: the supervisor is told that it was not heard', () => {
  const { relay } = queued();
  relay.does({ kind: 'markWritten', dispatchId: d1 });
  const events = relay.does({ kind: 'markWithdrawn', dispatchId: d1, reason: 'typed' });
  expect(typesOf(events)).toEqual(['dispatch.withdrawn', 'user_message', 'exchange.closed']);
  expect(relay.state.exchanges.size + relay.state.dispatches.size).toBe(0);
});

describe('a reply of which nobody knows whether it arrived', () => {
  function doubted() {
    const { relay, exchangeId } = queued();
    relay.does({ kind: 'markWritten', dispatchId: d1 });
    const events = relay.does({ kind: 'doubtHandOver', dispatchId: d1, text: 'Go on.' });
    expect(typesOf(events)).toEqual(['dispatch.withdrawn', 'item.opened']);
    expect(relay.exchange(exchangeId).stage).toBe('drafted');
    return { relay, exchangeId, itemId: relay.onlyItem().id };
  }

  test('is sent again where the owner says so', () => {
    const { relay, exchangeId, itemId } = doubted();
    relay.does({ kind: 'approveItem', itemId, via: 'cli' });
    expect(relay.exchange(exchangeId).stage).toBe('dispatching');
    expect(relay.state.dispatches.size).toBe(1);
  });

  test('is let rest where he dismisses it', () => {
    const { relay, itemId } = doubted();
    relay.does({ kind: 'dismissItem', itemId, via: 'cli' });
    expect(relay.state.exchanges.size + relay.state.dispatches.size).toBe(0);
  });

  test('and is over by now is not asked about', () => {
    const { relay } = queued();
    relay.does({ kind: 'markClaimed', dispatchId: d1 });
    expect(relay.does({ kind: 'doubtHandOver', dispatchId: d1, text: 'Go on.' })).toEqual([]);
  });
});

describe('reports that come twice or too late change nothing', () => {
  test.each(['markWritten', 'markClaimed'] as const)('%s', (kind) => {
    const { relay } = queued();
    relay.does({ kind: 'markWritten', dispatchId: d1 });
    if (kind === 'markClaimed') relay.does({ kind, dispatchId: d1 });
    expect(relay.does({ kind, dispatchId: d1 })).toEqual([]);
  });

  test('withdrawn and released', () => {
    const { relay } = queued();
    expect(relay.does({ kind: 'markWithdrawn', dispatchId: dispatch('d9'), reason: '' })).toEqual(
      [],
    );
    expect(relay.does({ kind: 'markReleased', sessionId: session('s1') })).toEqual([]);
  });
});

test('a release is owed once', () => {
  const relay = pureRelay();
  relay.answers(relay.says('s1'), { kind: 'finish', reason: '' });
  const release = { kind: 'markReleased', sessionId: session('s1') } as const;
  expect(typesOf(relay.does(release))).toEqual(['session.release_written']);
  expect(relay.does(release)).toEqual([]);
});

test('a word on its way takes the place of a release', () => {
  const relay = pureRelay();
  relay.answers(relay.says('s1'), { kind: 'finish', reason: '' });
  relay.does({ kind: 'sendDirect', sessionId: session('s1'), text: 'Wait.', via: 'cli' });
  expect(relay.state.sessions.get(session('s1'))?.releaseDue).toBe(false);
});
