import { expect, test } from 'vitest';
import { payloadOf, pureRelay, typesOf } from '../testing/pure-relay.ts';

const report = (problem: string | null) => ({ kind: 'reportDisk', problem }) as const;

test('a disk that fails is one item, kept up to date, that settles itself', () => {
  const relay = pureRelay();
  const opened = payloadOf(relay.does(report('The disk is full.')), 'item.opened');
  expect(opened).toMatchObject({ kind: 'fault', code: 'disk', summary: 'The disk is full.' });
  expect(relay.does(report('The disk is full.'))).toEqual([]);
  const updated = relay.does(report('The disk is read-only.'));
  expect(payloadOf(updated, 'item.updated').summary).toBe('The disk is read-only.');
  expect(payloadOf(relay.does(report(null)), 'item.settled').how).toBe('mended');
  expect(relay.does(report(null))).toEqual([]);
});

test('the owner may put it away, and it holds nobody', () => {
  const relay = pureRelay();
  relay.does(report('The disk is full.'));
  const { id, holds } = relay.onlyItem();
  expect(holds).toBe(false);
  const settled = relay.does({ kind: 'approveItem', itemId: id, via: 'inbox' });
  expect(typesOf(settled)).toEqual(['item.settled']);
});

test('a restore that may have lost what came last pauses as well', () => {
  const relay = pureRelay();
  const counts = { damage: 'missing', salvaged: 0, fromBackup: 7 };
  relay.does({ kind: 'recordRestore', ...counts, lost: [], endKnown: false });
  expect(relay.state.paused).toBe(true);
  expect(relay.onlyItem().summary).toContain('what happened last may be lost');
});

test('a restore that lost something pauses, until the owner has looked', () => {
  const restored = (lost: [number, number][], endKnown = true) =>
    ({ kind: 'recordRestore', damage: 'x', salvaged: 9, fromBackup: 1, lost, endKnown }) as const;
  const relay = pureRelay();
  expect(typesOf(relay.does(restored([])))).toEqual(['store.restored']);
  const events = relay.does(
    restored([
      [4, 4],
      [7, 9],
    ]),
  );
  expect(typesOf(events)).toEqual(['store.restored', 'relay.paused', 'item.opened']);
  expect(relay.state.paused).toBe(true);
  expect(relay.onlyItem()).toMatchObject({ code: 'restored', holds: false });
  expect(payloadOf(events, 'item.opened')).toMatchObject({
    summary: expect.stringContaining('4 events are lost'),
    reasoning: 'Events 4, 7 to 9.',
  });
});
