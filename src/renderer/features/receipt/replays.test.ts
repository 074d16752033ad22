import { expect, test } from 'vitest';
import type { RelayEvent } from '#shared/events.ts';
import { replaysOf } from './replays.ts';

/** Only what is read of it. */
const made = (seq: number, payload: object) =>
  ({
    ...{ seq, at: seq, type: 'replay.made' },
    payload: { model: 'm', text: 't', brief: null, instructions: null, costUsd: 1, ...payload },
  }) as unknown as RelayEvent;

test('the newest stands first, with what was otherwise', () => {
  const [second, first] = replaysOf([made(1, {}), made(2, { brief: '' })]);
  expect(first).toMatchObject({ seq: 1, hasOtherBrief: false, hasOtherInstructions: false });
  expect(second).toMatchObject({ seq: 2, hasOtherBrief: true });
});

test('what Claude Code answered by its own plan is an estimate', () => {
  const all = replaysOf([made(1, {}), made(2, { isEstimate: true })]);
  expect(all.map(({ isEstimate }) => isEstimate)).toEqual([true, false]);
});
