import { expect, test } from 'vitest';
import { inOrder } from './testing/conversation-samples.ts';
import { findStarts, firstKept, sizesToEnd } from './window.ts';

const call = (toolUseId: string) => ({ type: 'tool_call', toolUseId }) as const;
const response = (toolUseId: string) => ({ type: 'tool_response', toolUseId }) as const;
const answer = { type: 'agent_message' } as const;
const word = {};

test('a turn begins where the supervisor is spoken to anew', () => {
  const entries = inOrder([word, word, answer, word, answer, answer, word]);
  expect(findStarts(entries)).toEqual({ units: [0, 1, 2, 3, 4, 5, 6], turns: [0, 3, 6] });
});

test('no window begins between a tool call and its response', () => {
  const entries = inOrder([word, call('a'), response('a'), answer, word]);
  expect(findStarts(entries)).toEqual({ units: [0, 1, 3, 4], turns: [0, 4] });
});

test('calls made at once stay together, whatever is said between', () => {
  const entries = inOrder([word, call('a'), call('b'), word, response('b'), response('a'), word]);
  expect(findStarts(entries)).toEqual({ units: [0, 1, 6], turns: [0, 6] });
});

test('half a pair stands alone', () => {
  const entries = inOrder([response('x'), word, call('y'), word]);
  expect(findStarts(entries).units).toEqual([0, 1, 2, 3]);
});

function keptOf(sizes: number[], given: Partial<Parameters<typeof firstKept>[0]>): number {
  const toEnd = sizesToEnd(sizes.map((tokens) => ({ tokens, characters: 0 })));
  const room = { tokens: 0, characters: 100 };
  return firstKept({
    starts: { units: sizes.map((_, index) => index), turns: [] },
    toEnd,
    room,
    turnsRoom: room,
    turns: 2,
    ...given,
  });
}

test('as many whole turns are kept as fit the room', () => {
  const starts = { units: [0, 1, 2, 3, 4, 5], turns: [0, 2, 4] };
  const rooms = { room: { tokens: 45, characters: 0 }, turnsRoom: { tokens: 0, characters: 0 } };
  expect(keptOf([10, 10, 10, 10, 10, 10], { starts, ...rooms })).toBe(2);
});

test('the last turns are kept even where they need more, and fewer where that is not enough', () => {
  const starts = { units: [0, 1, 2, 3, 4, 5], turns: [0, 1, 2, 3, 4, 5] };
  const sizes = [30, 30, 30, 30, 30, 30];
  const room = { tokens: 35, characters: 0 };
  const kept = (turnsTokens: number) =>
    keptOf(sizes, { starts, room, turnsRoom: { tokens: turnsTokens, characters: 0 }, turns: 3 });
  expect(kept(200)).toBe(3);
  expect(kept(89)).toBe(4);
  expect(kept(10)).toBe(5);
});

test('where no whole turn fits, whole entries are kept, and the newest always', () => {
  const starts = { units: [0, 1, 2, 3], turns: [0] };
  expect(keptOf([30, 30, 30, 30], { starts, room: { tokens: 65, characters: 0 } })).toBe(2);
  expect(keptOf([30, 30, 30, 30], { starts, room: { tokens: 1, characters: 0 } })).toBe(3);
});
