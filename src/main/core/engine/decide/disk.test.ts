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
