import type { ExchangeId } from '#shared/ids.ts';
import type { Score, StatsLine, StatsSummary } from '#shared/models.ts';
import { facts, table } from '../table.ts';
import type { CommandContext } from '../terminal.ts';
import { firstLine } from '../text.ts';
import { doCommand, showQuery } from '../with-relay.ts';

/** How good the supervisor's decisions were: `score` says it, `stats` shows it. */

export function score(
  context: CommandContext,
  exchange: string,
  given: Score | 'undo',
): Promise<number> {
  // A cast: whatever was typed; the relay checks it by the contract.
  const exchangeId = exchange as ExchangeId;
  const input = { exchangeId, score: given === 'undo' ? null : given };
  return doCommand(context, 'exchange.score', input, () =>
    given === 'undo'
      ? `The score of ${exchange} is taken back.`
      : `${exchange} is scored: ${given}.`,
  );
}

export function stats(context: CommandContext, options: { json?: boolean }): Promise<number> {
  return showQuery(context, 'stats.summary', {}, describe, options);
}

function describe({ total, bySession, byModel }: StatsSummary): string {
  const parts = [
    facts([
      [
        'replies',
        `${total.replies} sent by themselves, ${total.repliesWrong} wrong${rate(total.wrongRate)}`,
      ],
      [
        'escalations',
        `${total.escalations}, ${total.escalationsNeedless} needless${rate(total.needlessRate)}`,
      ],
      [
        'drafts',
        `${total.draftsApproved} approved, ${total.draftsEdited} edited, ${total.draftsDropped} thrown away`,
      ],
      ['finished', String(total.finishes)],
    ]),
  ];
  if (bySession.length > 0) parts.push(lines('session', bySession));
  if (byModel.length > 0) parts.push(lines('model', byModel));
  return parts.join('\n');
}

const rate = (share: number | null): string => (share === null ? '' : ` (${percent(share)})`);
const percent = (share: number): string => `${Math.round(share * 100)} %`;

function lines(heading: string, list: readonly StatsLine[]): string {
  const numbers = ['replies', 'wrong', 'escalations', 'needless', 'drafts edited'];
  return table(
    [{ heading }, ...numbers.map((name) => ({ heading: name, align: 'right' as const }))],
    list.map((line) => [
      firstLine(line.key, 40),
      String(line.replies),
      line.wrongRate === null ? '' : percent(line.wrongRate),
      String(line.escalations),
      line.needlessRate === null ? '' : percent(line.needlessRate),
      String(line.draftsEdited),
    ]),
  );
}
