import { expect, test } from 'vitest';
import type { RelayEvent } from '#shared/events.ts';
import type { ItemId } from '#shared/ids.ts';
import { hear, type Known, type Occurrence } from './occurrence.ts';

const nothingKnown: Known = {
  item: () => undefined,
  saidKeyBefore: () => undefined,
  dispatchOrigin: () => undefined,
};

function event<T extends RelayEvent['type']>(
  type: T,
  payload: Partial<RelayEvent<T>['payload']>,
  exchangeId = 'x1',
): RelayEvent {
  const about = { sessionId: 's1', conversationId: 'default', exchangeId, toolUseId: null };
  const stored = { seq: 7, id: '7', tsNs: '0', at: 1000, tokens: 0, type, payload, ...about };
  // Of the payload there is only what is looked at, which no type can say.
  return stored as unknown as RelayEvent;
}
const named = (one: RelayEvent, known: Partial<Known> = {}): string | undefined =>
  hear([], one, { ...nothingKnown, ...known })[0]?.name;

test('a tool that failed counts, one that was kept from running does not', () => {
  const said = (name: string, output: string, isError: boolean) =>
    named(event('tool_response', { name, output, isError }));
  expect(said('read_file', 'There is no such file.', true)).toBe('toolFailed');
  expect(said('bash', 'exit code 1 after 0.2 s\n\nstdout:\n1 failed', false)).toBe('toolFailed');
  expect(said('bash', 'exit code 0 after 0.2 s', false)).toBeUndefined();
  expect(said('read_file', 'exit code 1 after 0.2 s', false)).toBeUndefined();
  expect(said('bash', 'Not run: the owner said no. Go on without it.', true)).toBeUndefined();
  expect(said('bash', 'Interrupted: Relay was stopped.', true)).toBeUndefined();
});

test('the same words again count, the first and empty ones do not', () => {
  const opened = (saidKey: string) => event('exchange.opened', { origin: 'envelope', saidKey });
  expect(named(opened('k'), { saidKeyBefore: () => 'k' })).toBe('saidAgain');
  expect(named(opened('k'), { saidKeyBefore: () => 'other' })).toBeUndefined();
  expect(named(opened('k'))).toBeUndefined();
  expect(named(opened(''), { saidKeyBefore: () => '' })).toBeUndefined();
});

test('of the inbox, what tells of the work counts, and budgets do not', () => {
  const opened = (code: RelayEvent<'item.opened'>['payload']['code']) =>
    named(event('item.opened', { kind: 'fault', code }));
  expect(opened('ping-pong')).toBe('wentInCircles');
  expect(opened('refusal')).toBe('noAnswer');
  expect(opened('too-many-rounds')).toBe('noAnswer');
  expect(opened('budget-session')).toBeUndefined();
  expect(opened('exchanges-without-owner')).toBeUndefined();
  expect(named(event('item.opened', { kind: 'escalation', code: null }))).toBeUndefined();
});

test('what the owner does with drafts and questions', () => {
  const itemId = 'i1' as ItemId;
  const settled = (
    kind: 'draft' | 'escalation' | 'tool',
    how: 'approved' | 'dismissed',
    text = '',
  ) =>
    named(event('item.settled', { itemId, how, text }), {
      item: () => ({ kind, proposal: kind === 'draft' ? 'Go on.' : 'Yes.' }),
    });
  expect(settled('draft', 'approved', 'Go on.')).toBe('draftApproved');
  // The event that tells of the change counts, not this one as well.
  expect(settled('draft', 'approved', 'Stop.')).toBeUndefined();
  expect(settled('draft', 'dismissed')).toBe('draftDropped');
  expect(settled('escalation', 'approved')).toBe('proposalApproved');
  expect(settled('escalation', 'dismissed')).toBeUndefined();
  expect(settled('tool', 'dismissed')).toBeUndefined();
});

test('only a reply of the supervisor counts as taken', () => {
  const claimed = event('dispatch.claimed', {});
  expect(named(claimed, { dispatchOrigin: () => 'supervisor' })).toBe('replyTaken');
  expect(named(claimed, { dispatchOrigin: () => 'owner' })).toBeUndefined();
});

test('a score takes the place of the one before, and can be taken back', () => {
  let heard: readonly Occurrence[] = [];
  const scored = (score: 'wrong' | 'fine' | null, exchangeId = 'x1') => {
    heard = hear(heard, event('reply.scored', { score }, exchangeId), nothingKnown);
    return heard.map(({ name }) => name);
  };
  expect(scored('wrong')).toEqual(['replyWrong']);
  expect(scored('wrong', 'x2')).toEqual(['replyWrong', 'replyWrong']);
  expect(scored('fine')).toEqual(['replyWrong', 'replyFine']);
  expect(scored(null)).toEqual(['replyWrong']);
  // An escalation of the same exchange has a score of its own.
  heard = hear(heard, event('escalation.scored', { score: 'needless' }, 'x2'), nothingKnown);
  expect(heard.map(({ name }) => name)).toEqual(['replyWrong', 'askedNeedlessly']);
});
