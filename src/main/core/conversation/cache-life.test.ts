import { expect, test } from 'vitest';
import { cacheLife } from './cache-life.ts';
import { inOrder } from './testing/conversation-samples.ts';

const minute = 60_000;

/** Words and answers, the answers at these minutes. */
function answersAt(...minutes: number[]) {
  return inOrder(
    minutes.flatMap((at) => [
      { at: (at - 0.5) * minute },
      { type: 'agent_message' as const, at: at * minute },
    ]),
  );
}

test.each<[string, number[], number, '5m' | '1h']>([
  ['nothing was answered yet', [], 9, '5m'],
  ['no pause', [0, 2, 6.5], 11, '5m'],
  ['a pause of six minutes', [0, 6, 8], 9, '1h'],
  ['this very pause', [0, 2], 8, '1h'],
  ['a night, which an hour would not outlast either', [0, 2, 700], 702, '5m'],
  ['a night and a pause', [0, 6, 700], 702, '1h'],
])('auto, %s', (_what, answers, now, life) => {
  expect(cacheLife('auto', answersAt(...answers), now * minute)).toBe(life);
});

test('what is set is kept to', () => {
  expect(cacheLife('5m', answersAt(0, 6), 8 * minute)).toBe('5m');
  expect(cacheLife('1h', answersAt(0, 1), 2 * minute)).toBe('1h');
});
