import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import {
  createSpendHoursQuery,
  createSpendTotals,
  createSpendTotalsQuery,
  type Spent,
} from './totals.ts';

let db: Database;
beforeEach(async () => {
  db = await openDatabase(':memory:');
});
afterEach(() => {
  db.close();
});

function spend(more: Partial<Spent>): void {
  createSpendTotals(db)({
    ...{ day: '2026-03-01', session: 's1', model: 'm1', purpose: 'answer', cost: 1 },
    ...{ input: 10, output: 5, cacheRead: 3, cacheWrite5m: 2, cacheWrite1h: 1 },
    ...{ hour: '2026-03-01T09', saved: 0.5, unpriced: 1, estimated: 0 },
    ...more,
  });
}

test('what is spent adds up by session, model, day and purpose', () => {
  spend({});
  spend({ day: '2026-03-02', session: 's2', cost: 3, estimated: 3 });
  spend({ model: 'm2', purpose: 'summary', unpriced: 0 });
  const { all, sessions, models, purposes, days } = createSpendTotalsQuery(db)();
  expect(all).toEqual({
    ...{ key: '', calls: 3, usd: 5, estimatedUsd: 3, savedUsd: 1.5, unpricedCalls: 2 },
    ...{ input: 30, output: 15, cacheRead: 9, cacheWrite5m: 6, cacheWrite1h: 3 },
  });
  const usd = (lines: { key: string; usd: number }[]) =>
    Object.fromEntries(lines.map(({ key, usd }) => [key, usd]));
  expect(usd(sessions)).toEqual({ s2: 3, s1: 2 });
  expect(sessions.map(({ key }) => key)).toEqual(['s2', 's1']);
  expect(usd(models)).toEqual({ m1: 4, m2: 1 });
  expect(usd(purposes)).toEqual({ answer: 4, summary: 1 });
  expect(days.map(({ key, usd }) => [key, usd])).toEqual([
    ['2026-03-01', 2],
    ['2026-03-02', 3],
  ]);
});

test('the dearest hundred sessions and the last 30 days', () => {
  for (let n = 1; n <= 120; n += 1) {
    spend({ session: `s${n}`, day: `2026-${String(100 + n)}`, cost: n });
  }
  const { sessions, days } = createSpendTotalsQuery(db)();
  expect(sessions.map(({ key }) => key)).toEqual(
    Array.from({ length: 100 }, (_, index) => `s${120 - index}`),
  );
  expect(days).toHaveLength(30);
  expect(days.at(-1)?.key).toBe('2026-220');
});

test('the hours of one day, in order, and of no other', () => {
  spend({ hour: '2026-03-01T23' });
  spend({ hour: '2026-03-02T14', cost: 2 });
  spend({ hour: '2026-03-02T08' });
  spend({ hour: '2026-03-02T14', estimated: 1 });
  spend({ hour: '2026-03-03T00' });
  const hours = createSpendHoursQuery(db)('2026-03-02');
  expect(hours).toMatchObject([
    { key: '2026-03-02T08', calls: 1, usd: 1 },
    { key: '2026-03-02T14', calls: 2, usd: 3, estimatedUsd: 1 },
  ]);
});

test('nothing was spent yet', () => {
  expect(createSpendTotalsQuery(db)()).toMatchObject({ all: undefined, sessions: [], days: [] });
});
