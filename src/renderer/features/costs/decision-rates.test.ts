import { describe, expect, it } from 'vitest';
import type { OutcomeRow } from '#shared/models.ts';
import {
  decisionsAsCsv,
  groupDecisions,
  ratesByDay,
  ratesOf,
  sumCounts,
} from './decision-rates.ts';

const row = (change: Partial<OutcomeRow>): OutcomeRow => ({
  ...{ day: '2026-11-21', session: 's', model: 'm', replies: 0, repliesWrong: 0, repliesFine: 0 },
  ...{ escalations: 0, escalationsNeedless: 0, escalationsFine: 0, finishes: 0 },
  ...{ draftsApproved: 0, draftsEdited: 0, draftsDropped: 0 },
  ...change,
});
const now = new Date(2026, 10, 21, 8).getTime();

describe('rates of decisions', () => {
  it('are parts of what was decided, and nothing where nothing was', () => {
    const counts = sumCounts([
      row({ replies: 9, repliesWrong: 2, draftsApproved: 3 }),
      row({ replies: 1, draftsEdited: 1 }),
    ]);
    expect(ratesOf(counts)).toEqual({
      wrong: { part: 2, whole: 10, rate: 0.2 },
      needless: { part: 0, whole: 0, rate: null },
      drafts: { part: 3, whole: 4, rate: 0.75 },
    });
  });

  it('are told for each day of the week that ends with it', () => {
    const days = ratesByDay(
      [
        row({ day: '2026-11-14', replies: 4, repliesWrong: 4 }),
        row({ day: '2026-11-15', replies: 4, repliesWrong: 1 }),
        row({ day: '2026-11-21', replies: 4 }),
      ],
      now,
    );
    expect(days).toHaveLength(30);
    const rateOn = (day: string) => days.find((one) => one.day === day)?.rates.wrong.rate;
    expect(rateOn('2026-11-13')).toBeNull();
    expect(rateOn('2026-11-14')).toBe(1);
    expect(rateOn('2026-11-20')).toBe(5 / 8);
    // The 14th is eight days ago by then.
    expect(rateOn('2026-11-21')).toBe(1 / 8);
    expect(days.at(-1)?.counts.replies).toBe(4);
  });

  it('are kept apart by session, the busiest first', () => {
    const groups = groupDecisions(
      [row({ session: 'a', replies: 1 }), row({ session: 'b', escalations: 3 })],
      ({ session }) => session,
      (id) => `the ${id}`,
    );
    expect(groups.map(({ name }) => name)).toEqual(['the b', 'the a']);
  });

  it('are exported as they were counted', () => {
    const [head, first] = decisionsAsCsv([row({ replies: 7, repliesWrong: 1 })]).split('\r\n');
    expect(head).toMatch(/^day,session,model,replies,repliesWrong,/);
    expect(first).toMatch(/^2026-11-21,s,m,7,1,/);
  });
});
