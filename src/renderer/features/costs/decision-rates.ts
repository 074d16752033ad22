import type { OutcomeCounts, OutcomeRow } from '#shared/models.ts';
import { lastDays } from '../../text/cost-figures.ts';
import { asCsv } from '../../text/csv.ts';
import { shortDate } from '../../text/time.ts';

const noCounts: OutcomeCounts = {
  ...{ replies: 0, repliesWrong: 0, repliesFine: 0 },
  ...{ escalations: 0, escalationsNeedless: 0, escalationsFine: 0, finishes: 0 },
  ...{ draftsApproved: 0, draftsEdited: 0, draftsDropped: 0 },
};
// The keys of an object literal are its own.
const countNames = Object.keys(noCounts) as (keyof OutcomeCounts)[];

export function sumCounts(rows: readonly OutcomeCounts[]): OutcomeCounts {
  const sum = { ...noCounts };
  for (const row of rows) for (const name of countNames) sum[name] += row[name];
  return sum;
}

/** A part of a whole; null where there is no whole to be a part of. */
export interface Rate {
  part: number;
  whole: number;
  rate: number | null;
}

const rateOf = (part: number, whole: number): Rate => ({
  ...{ part, whole },
  rate: whole === 0 ? null : part / whole,
});

/** How often it went wrong, of what was sent without the owner and of what was put to him. */
export interface Rates {
  wrong: Rate;
  needless: Rate;
  /** Drafts sent as they were, of all that he settled. */
  drafts: Rate;
}

export function ratesOf(counts: OutcomeCounts): Rates {
  const { replies, repliesWrong, escalations, escalationsNeedless } = counts;
  const { draftsApproved, draftsEdited, draftsDropped } = counts;
  return {
    wrong: rateOf(repliesWrong, replies),
    needless: rateOf(escalationsNeedless, escalations),
    drafts: rateOf(draftsApproved, draftsApproved + draftsEdited + draftsDropped),
  };
}

export interface DayOfRates {
  day: string;
  name: string;
  /** Of that day alone. */
  counts: OutcomeCounts;
  /** Of the days that end with it: a single day has too few decisions for a rate. */
  rates: Rates;
}

/** So many days, the day itself included, make one rate. */
const windowDays = 7;

/** Each of the last 30 days, oldest first. */
export function ratesByDay(rows: readonly OutcomeRow[], now: number): DayOfRates[] {
  const days = lastDays(30, now);
  const counts = days.map((day) => sumCounts(rows.filter((row) => row.day === day)));
  return days.map((day, index) => ({
    day,
    name: shortDate(day),
    counts: counts[index] ?? noCounts,
    rates: ratesOf(sumCounts(counts.slice(Math.max(0, index + 1 - windowDays), index + 1))),
  }));
}

export interface DecisionGroup {
  key: string;
  name: string;
  counts: OutcomeCounts;
}

/** Groups of rows with the same key, the busiest first. */
export function groupDecisions(
  rows: readonly OutcomeRow[],
  keyOf: (row: OutcomeRow) => string,
  nameOf: (key: string) => string,
): DecisionGroup[] {
  const groups = new Map<string, OutcomeRow[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  const busy = ({ counts }: DecisionGroup) => counts.replies + counts.escalations;
  return [...groups]
    .map(([key, found]) => ({ key, name: nameOf(key), counts: sumCounts(found) }))
    .sort((a, b) => busy(b) - busy(a));
}

/** The rows as comma-separated values. */
export const decisionsAsCsv = (rows: readonly OutcomeRow[]): string =>
  asCsv(['day', 'session', 'model', ...countNames], rows);
