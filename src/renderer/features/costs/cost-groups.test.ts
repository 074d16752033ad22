import { describe, expect, it } from 'vitest';
import type { CostRow } from '#shared/models.ts';
import { byDay, byHour, costsAsCsv, groupRows, totalOf } from './cost-groups.ts';

const row = (change: Partial<CostRow>): CostRow => ({
  ...{ day: '2026-11-21', session: 's', model: 'm', purpose: 'answer', calls: 1, usd: 1 },
  ...{ estimatedUsd: 0, savedUsd: 0, unpricedCalls: 0, input: 1, output: 2, cacheRead: 3 },
  ...{ cacheWrite5m: 4, cacheWrite1h: 5 },
  ...change,
});

describe('cost groups', () => {
  it('adds rows of one name and puts the dearest first', () => {
    const rows = [row({ session: 'a' }), row({ session: 'b', usd: 5 }), row({ session: 'a' })];
    const groups = groupRows(rows, ({ session }) => session);
    expect(groups.map(({ key, usd, calls }) => [key, usd, calls])).toEqual([
      ['b', 5, 1],
      ['a', 2, 2],
    ]);
    expect(totalOf(rows).tokens.cacheRead).toBe(9);
  });

  it('shows every hour and every day, those that cost nothing too', () => {
    const { day: _, session: __, model: ___, purpose: ____, ...spent } = row({ estimatedUsd: 1 });
    const hours = byHour([{ hour: 9, ...spent }]);
    expect(hours).toHaveLength(24);
    expect(hours[9]).toMatchObject({ name: '09:00', usd: 1, estimatedUsd: 1, calls: 1 });
    expect(hours[10]).toMatchObject({ usd: 0, calls: 0 });
    const days = byDay([row({ usd: 3 })], new Date(2026, 10, 21, 8).getTime());
    expect(days).toHaveLength(30);
    expect(days.at(-1)).toMatchObject({ key: '2026-11-21', usd: 3 });
  });

  it('writes values that a spreadsheet neither splits nor runs', () => {
    const csv = costsAsCsv([row({ model: 'a,"b"', session: '=HYPERLINK("x")' })]);
    expect(csv.split('\r\n')[1]).toBe(
      `2026-11-21,"'=HYPERLINK(""x"")","a,""b""",answer,1,1,2,3,4,5,1,0,0`,
    );
  });
});
