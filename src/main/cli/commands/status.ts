import { formatCount, formatDuration, formatUsd } from '#shared/format.ts';
import type { RelayStateName, Status } from '#shared/models.ts';
import { facts } from '../table.ts';
import type { CommandContext, Terminal } from '../terminal.ts';
import { printable } from '../text.ts';
import { showQuery } from '../with-relay.ts';

export function status(context: CommandContext, options: { json?: boolean }): Promise<number> {
  return showQuery(context, 'status', {}, (value) => describe(value, context.terminal), options);
}

const stateWords: Record<RelayStateName, string> = {
  idle: 'idle',
  working: 'working',
  paused: 'paused',
  'needs-owner': 'needs you',
};

function describe(status: Status, terminal: Terminal): string {
  const word = stateWords[status.state];
  const budget = status.budgetPerDayUsd === null ? '' : ` of ${formatUsd(status.budgetPerDayUsd)}`;
  const running = formatDuration(terminal.now() - status.startedAt);
  const rows: [string, string][] = [
    ['state', status.state === 'needs-owner' ? terminal.accent(word) : word],
    ['inbox', formatCount(status.inbox, 'item')],
    ['queued', formatCount(status.queued, 'envelope')],
    ['sessions', String(status.sessions)],
    ['today', `${formatUsd(status.todayUsd)}${budget}`],
    ['home', status.home],
    ['relay', `${status.version}, ${status.host}, pid ${status.pid}, up ${running}`],
  ];
  if (status.rejected > 0) {
    rows.push(['rejected', `${formatCount(status.rejected, 'envelope')} in queue/.rejected`]);
  }
  for (const waiting of status.waiting) {
    const who = waiting.sessionId ?? waiting.exchangeId;
    const next =
      waiting.retryAt === null
        ? ''
        : `, again in ${formatDuration(waiting.retryAt - terminal.now())}`;
    const reason = printable(waiting.reason).replace(/[.]$/, '');
    rows.push(['waiting', `${who}: ${reason}${next}`]);
  }
  for (const problem of status.problems) rows.push(['problem', printable(problem)]);
  return facts(rows);
}
