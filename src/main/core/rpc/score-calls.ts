import type { RelayEvent } from '#shared/events.ts';
import type { OutcomeCounts, Score, StatsLine, StatsSummary } from '#shared/models.ts';
import type { RpcOutput, RpcParsedInput, RpcResult } from '#shared/rpc.ts';
import type { Drives } from '../drives/drives.ts';
import type { Command, CommandOf } from '../engine/command.ts';
import type { OutcomeTotal, OutcomeTotals, Scorable } from '../store/outcomes.ts';
import type { Queries } from '../store/queries.ts';
import { firstOf30Days } from './views.ts';

export interface ScoreCallsOptions {
  queries: Queries;
  now: () => number;
  drives: Pick<Drives, 'lesson'>;
  /** All in one transaction. */
  attempt: (commands: readonly [Command, ...Command[]]) => RpcResult<readonly RelayEvent[]>;
}

/** The calls by which the owner says how good decisions were, and sees how good they are. */
export function createScoreCalls({ queries, now, drives, attempt }: ScoreCallsOptions) {
  return {
    'stats.summary': (): RpcResult<RpcOutput<'stats.summary'>> => ({
      ok: true,
      value: statsOf(queries.outcomes.totals()),
    }),
    'stats.rows': (): RpcResult<RpcOutput<'stats.rows'>> => ({
      ok: true,
      value: queries.outcomes.rows(firstOf30Days(now())),
    }),
    'exchange.score': ({
      exchangeId,
      score,
    }: RpcParsedInput<'exchange.score'>): RpcResult<Record<string, never>> => {
      const meant = queries.outcomes.ofExchange(exchangeId).filter(isMeant(score));
      if (meant.length === 0) {
        return {
          ok: false,
          error: { code: 'conflict', message: nothingToScore(exchangeId, score) },
        };
      }
      for (const scorable of meant) {
        const { sessionId, conversationId } = scorable;
        const scored = scoredBy(scorable, score);
        const about = { exchangeId, sessionId, conversationId };
        const scoring = { kind: 'scoreExchange', ...about, scored } as const;
        const lesson = drives.lesson(scoring);
        const outcome = attempt(lesson ? [scoring, lesson] : [scoring]);
        if (!outcome.ok) return outcome;
      }
      return { ok: true, value: {} };
    },
  };
}

const isMeant =
  (score: Score | null) =>
  ({ of, score: given }: Scorable): boolean => {
    if (score === 'wrong') return of === 'reply';
    if (score === 'needless') return of === 'escalation';
    return score === 'fine' || given !== null;
  };

/** Only what `isMeant` has let through. */
function scoredBy({ of }: Scorable, score: Score | null): CommandOf<'scoreExchange'>['scored'] {
  if (of === 'reply') return { of, score: score === 'needless' ? null : score };
  return { of, score: score === 'wrong' ? null : score };
}

function nothingToScore(exchangeId: string, score: Score | null): string {
  if (score === 'wrong') return `${exchangeId} sent no reply without your approval.`;
  if (score === 'needless') return `${exchangeId} did not call you.`;
  if (score === null) return `${exchangeId} has no score that could be taken back.`;
  return `${exchangeId} has neither an automatic reply nor an escalation that could be scored.`;
}

const noCounts: OutcomeCounts = {
  ...{ replies: 0, repliesWrong: 0, repliesFine: 0 },
  ...{ escalations: 0, escalationsNeedless: 0, escalationsFine: 0, finishes: 0 },
  ...{ draftsApproved: 0, draftsEdited: 0, draftsDropped: 0 },
};

/** Pure. */
export function statsOf({ all, sessions, models, days }: OutcomeTotals): StatsSummary {
  return {
    total: lineOf({ ...(all ?? noCounts), key: 'total' }),
    bySession: sessions.map(lineOf),
    byModel: models.map(lineOf),
    byDay: days.map(lineOf),
  };
}

function lineOf(counts: OutcomeTotal): StatsLine {
  const rate = (part: number, whole: number) => (whole > 0 ? part / whole : null);
  return {
    ...counts,
    wrongRate: rate(counts.repliesWrong, counts.replies),
    needlessRate: rate(counts.escalationsNeedless, counts.escalations),
  };
}
