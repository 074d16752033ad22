import { expect, it } from 'vitest';
import type { Snapshot } from './relay-store.ts';
import { withSharedParts } from './shared-parts.ts';

/** As much of a snapshot as is compared. */
const snapshot = (seq: number, sessions: { id: string; lastWords: string }[]) =>
  ({
    ...{ seq, sessions, inbox: [{ id: 'i1', summary: 'Which one?' }] },
    ...{ status: { paused: false }, cost: { today: { usd: 1 } } },
  }) as unknown as Snapshot;

const a = { id: 'a', lastWords: 'One.' };
const b = { id: 'b', lastWords: 'Two.' };

it('keeps every part that says the same, and takes what is new', () => {
  const last = snapshot(1, [{ ...a }, { ...b }]);
  const now = withSharedParts(last, snapshot(2, [{ ...a }, { ...b, lastWords: 'Three.' }]));
  expect(now.seq).toBe(2);
  expect(now.sessions.map(({ lastWords }) => lastWords)).toEqual(['One.', 'Three.']);
  expect(now.sessions[0]).toBe(last.sessions[0]);
  expect(now.sessions[1]).not.toBe(last.sessions[1]);
  expect([now.inbox, now.status, now.cost]).toEqual([last.inbox, last.status, last.cost]);
  expect(now.inbox).toBe(last.inbox);
  expect(now.status).toBe(last.status);
  expect(now.cost).toBe(last.cost);
});

it('keeps the list itself only where its members and their order are the same', () => {
  const last = snapshot(1, [{ ...a }, { ...b }]);
  expect(withSharedParts(last, snapshot(2, [{ ...a }, { ...b }])).sessions).toBe(last.sessions);
  for (const other of [[b, a], [a], [a, b, { id: 'c', lastWords: '' }], []]) {
    const now = withSharedParts(last, snapshot(2, structuredClone(other)));
    expect(now.sessions).toEqual(other);
    expect(now.sessions).not.toBe(last.sessions);
  }
});
