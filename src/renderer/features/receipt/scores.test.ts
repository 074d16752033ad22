import { expect, it } from 'vitest';
import type { EventPayload, EventType, RelayEvent } from '#shared/events.ts';
import { CallId, DispatchId, ItemId } from '#shared/ids.ts';
import { choicesOf, givenOf, scoresOf } from './scores.ts';

const callId = CallId.parse('c1');
const event = <T extends EventType>(type: T, payload: Partial<EventPayload<T>>) =>
  // What is looked at is there; the rest of an event says nothing here.
  ({ type, payload }) as unknown as RelayEvent;
const answered = event('agent_message', { text: 'Go on.' });
const sent = event('dispatch.queued', {
  ...{ dispatchId: DispatchId.parse('d1'), origin: 'supervisor', text: 'Go on.' },
});
const draft = event('item.opened', { itemId: ItemId.parse('i1'), kind: 'draft' });
const asked = event('verdict.given', {
  callId,
  verdict: { kind: 'escalate', question: 'May I?', proposal: '', reasoning: '' },
});

it('an automatic reply can be wrong, a question needless, either fine', () => {
  expect(choicesOf(scoresOf([answered, sent]))).toEqual(['fine', 'wrong']);
  expect(choicesOf(scoresOf([answered, asked]))).toEqual(['fine', 'needless']);
  expect(choicesOf(scoresOf([asked, answered, sent]))).toEqual(['fine', 'wrong', 'needless']);
});

it('nothing that the owner looked at before is scored', () => {
  expect(choicesOf(scoresOf([answered, draft, sent]))).toEqual([]);
  expect(choicesOf(scoresOf([answered]))).toEqual([]);
});

it('the last score counts, also after it was taken back', () => {
  const wrong = event('reply.scored', { score: 'wrong' });
  const back = event('reply.scored', { score: null });
  expect(givenOf(scoresOf([answered, sent, wrong]))).toEqual(['wrong']);
  expect(givenOf(scoresOf([answered, sent, wrong, back]))).toEqual([]);
  const fine = event('escalation.scored', { score: 'fine' });
  expect(givenOf(scoresOf([asked, answered, sent, wrong, fine]))).toEqual(['wrong']);
});
