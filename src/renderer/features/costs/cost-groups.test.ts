import { describe, expect, it } from 'vitest';
import type { CostRow } from '#shared/models.ts';
import { asCsv, groupRows, totalOf } from './cost-groups.ts';

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

  it('writes values that a spreadsheet neither splits nor runs', () => {
    const csv = asCsv([row({ model: 'a,"b"', session: '=HYPERLINK("x")' })]);
    expect(csv.split('\r\n')[1]).toBe(
      `2026-11-21,"'=HYPERLINK(""x"")","a,""b""",answer,1,1,2,3,4,5,1,0,0`,
    );
  });
});
