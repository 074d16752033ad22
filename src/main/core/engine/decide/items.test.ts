import { describe, expect, test } from 'vitest';
import type { Via } from '#shared/events.ts';
import {
  conversation,
  dispatch,
  item,
  type PureRelay,
  payloadOf,
  pureRelay,
  session,
  typesOf,
} from '../testing/pure-relay.ts';

const escalate = {
  kind: 'escalate',
  question: 'Drop it?',
  proposal: 'No.',
  reasoning: '',
} as const;
const via: Via = 'inbox';

function asked(relay: PureRelay = pureRelay(), sessionId = 's1', proposal = 'No.') {
  const exchangeId = relay.says(sessionId, `word of ${sessionId}`);
  relay.answers(exchangeId, { ...escalate, proposal });
  return { relay, exchangeId };
}

describe('an escalation', () => {
  test('answered, goes back to the supervisor with the owner’s word', () => {
    const { relay, exchangeId } = asked();
    const events = relay.does({
      ...{ kind: 'answerItem', itemId: item('i1'), text: 'Yes.', direct: false, via },
    });
    expect(typesOf(events)).toEqual(['item.settled', 'user_message']);
    expect(payloadOf(events, 'user_message')).toEqual({ author: 'owner', text: 'Yes.', via });
    expect(events.every((event) => event.exchangeId === exchangeId)).toBe(true);
    expect(relay.exchange(exchangeId)).toMatchObject({ stage: 'queued', itemId: null });
  });

  test.each([
    ['No.', 'Approved. Do as you proposed: No.'],
    ['', 'Approved. Go on as you think best.'],
  ])('approved with the proposal "%s" is answered by it', (proposal, word) => {
    const { relay } = asked(pureRelay(), 's1', proposal);
    const events = relay.does({ kind: 'approveItem', itemId: item('i1'), via });
    expect(payloadOf(events, 'user_message').text).toBe(word);
    expect(payloadOf(events, 'item.settled').how).toBe('approved');
  });

  test('dismissed, is dropped and the session let go', () => {
    const { relay } = asked();
    const events = relay.does({ kind: 'dismissItem', itemId: item('i1'), via });
    expect(typesOf(events)).toEqual(['item.settled', 'exchange.closed', 'session.release_queued']);
    expect(payloadOf(events, 'exchange.closed').how).toBe('dropped');
  });

  test('answered directly, sends the words as they are', () => {
    const { relay, exchangeId } = asked();
    const events = relay.does({
      ...{ kind: 'answerItem', itemId: item('i1'), text: ' As is ', direct: true, via },
    });
    expect(payloadOf(events, 'item.settled').how).toBe('direct');
    expect(payloadOf(events, 'dispatch.queued')).toMatchObject({
      origin: 'owner',
      text: ' As is ',
    });
    expect(relay.exchange(exchangeId).stage).toBe('dispatching');
    relay.does({ kind: 'markClaimed', dispatchId: dispatch('d1') });
    expect(relay.state.exchanges.size).toBe(0);
  });

  test('settled once is settled for everybody', () => {
    const { relay } = asked();
    relay.does({ kind: 'approveItem', itemId: item('i1'), via });
    for (const kind of ['approveItem', 'dismissItem'] as const) {
      expect(relay.refuses({ kind, itemId: item('i1'), via }).code).toBe('not-found');
    }
    const answer = { kind: 'answerItem', itemId: item('i1'), text: 'x', via } as const;
    expect(relay.refuses({ ...answer, direct: true }).message).toContain('relay inbox');
    expect(relay.refuses({ ...answer, direct: false }).code).toBe('not-found');
  });
});

describe('a draft', () => {
  function drafted() {
    const relay = pureRelay({ autonomy: 'draft' });
    const exchangeId = relay.says('s1');
    relay.answers(exchangeId, 'Run the tests.');
    return { relay, exchangeId };
  }

  test('approved, is sent as it is', () => {
    const { relay, exchangeId } = drafted();
    const events = relay.does({ kind: 'approveItem', itemId: item('i1'), via });
    expect(payloadOf(events, 'dispatch.queued')).toMatchObject({
      origin: 'supervisor',
      text: 'Run the tests.',
    });
    expect(relay.exchange(exchangeId)).toMatchObject({ stage: 'dispatching', dispatchId: 'd1' });
  });

  test('answered, is thought over; sent directly, is replaced', () => {
    const first = drafted();
    const answer = { kind: 'answerItem', itemId: item('i1'), text: 'Faster.', via } as const;
    first.relay.does({ ...answer, direct: false });
    expect(first.relay.exchange(first.exchangeId).stage).toBe('queued');
    const second = drafted();
    const events = second.relay.does({ ...answer, direct: true });
    expect(payloadOf(events, 'dispatch.queued').text).toBe('Faster.');
  });
});

describe('an item that concerns no single session', () => {
  function blocked() {
    const relay = pureRelay();
    const fault = { code: 'billing', remedy: 'person', message: 'No credit.' } as const;
    relay.fails(relay.says('s1'), fault);
    return relay;
  }

  test.each([true, false])('cannot be answered (direct: %s), only approved', (direct) => {
    const relay = blocked();
    const refusal = relay.refuses({
      ...{ kind: 'answerItem', itemId: item('i1'), text: 'x', direct, via },
    });
    expect(refusal).toMatchObject({ code: 'conflict', message: expect.stringContaining('relay ') });
    relay.does({ kind: 'approveItem', itemId: item('i1'), via });
    expect(relay.state.block).toBeNull();
  });
});

describe('a direct word', () => {
  test('settles everything that holds its session, and nothing else', () => {
    const relay = pureRelay();
    asked(relay, 's1');
    asked(relay, 's2');
    const sent = relay.does({ kind: 'sendDirect', sessionId: session('s1'), text: 'Go.', via });
    expect(payloadOf(sent, 'item.settled')).toMatchObject({ itemId: 'i1', how: 'direct' });
    expect(relay.onlyItem().sessionId).toBe('s2');
  });

  test('reaches a session that has never spoken', () => {
    const relay = pureRelay();
    const events = relay.does({ kind: 'sendDirect', sessionId: session('new'), text: 'Hi.', via });
    expect(typesOf(events)).toEqual(['session.seen', 'user_message', 'dispatch.queued']);
    expect(events.at(-1)?.exchangeId).toBeNull();
  });

  test('does not end a call that is under way', () => {
    const relay = pureRelay();
    const exchangeId = relay.says('s1');
    relay.calls(exchangeId);
    relay.does({ kind: 'sendDirect', sessionId: session('s1'), text: 'Go.', via });
    expect(relay.exchange(exchangeId).stage).toBe('calling');
  });
});

describe('the owner speaks to the supervisor', () => {
  const say = { kind: 'say', text: 'Be quick.', conversationId: null, via: 'cli' } as const;

  test('answers the oldest open escalation, not another kind of item', () => {
    const relay = pureRelay({ autonomy: 'draft' });
    relay.answers(relay.says('s0'), 'A draft.');
    asked(relay, 's1');
    asked(relay, 's2');
    const events = relay.does(say);
    expect(payloadOf(events, 'item.settled')).toMatchObject({ itemId: 'i2', text: 'Be quick.' });
    expect([...relay.state.items.keys()]).toEqual(['i1', 'i3']);
  });

  test('or begins an exchange where the last word was said, or where he says', () => {
    const relay = pureRelay();
    relay.says('s1', 'x', { projectRoot: '/p' });
    expect(typesOf(relay.does(say))).toEqual(['exchange.opened', 'user_message']);
    expect(relay.events.at(-1)?.conversationId).toBe('/p');
    relay.does({ ...say, conversationId: conversation('/q') });
    expect(relay.events.at(-1)?.conversationId).toBe('/q');
  });

  test('with a conversation named, answers no escalation', () => {
    const { relay } = asked();
    relay.does({ ...say, conversationId: conversation('/q') });
    expect(relay.state.items.size).toBe(1);
  });

  test('before anybody has spoken, in the default conversation', () => {
    const relay = pureRelay();
    relay.does(say);
    expect(relay.events.at(-1)?.conversationId).toBe('default');
  });

  test.each([
    [{ sessionId: session('s1'), text: 'Go.' }, 'dispatch.queued'],
    [{ sessionId: null, text: 'Go.' }, 'exchange.opened'],
  ])('by file: %o', (word, expected) => {
    const relay = pureRelay();
    const events = relay.does({ kind: 'takeOwnerInput', mark: 'm1', word });
    expect(typesOf(events)[0]).toBe('owner_input.taken');
    expect(typesOf(events)).toContain(expected);
    expect(relay.state.lastOwnerInput).toBe('m1');
    expect(payloadOf(events, 'user_message').via).toBe('file');
  });
});
