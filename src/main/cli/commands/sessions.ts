import { formatDuration, formatUsd } from '#shared/format.ts';
import type { SessionStateName, SessionSummary } from '#shared/models.ts';
import { table } from '../table.ts';
import type { CommandContext, Terminal } from '../terminal.ts';
import { firstLine } from '../text.ts';
import { showQuery } from '../with-relay.ts';

export function sessions(context: CommandContext, options: { json?: boolean }): Promise<number> {
  const show = (list: SessionSummary[]) => describe(list, context.terminal);
  return showQuery(context, 'sessions.list', {}, show, options);
}

const stateWords: Record<SessionStateName, string> = {
  'needs-owner': 'needs you',
  working: 'working',
  waiting: 'waiting for reply',
  idle: 'idle',
  closed: 'closed',
};

function describe(list: SessionSummary[], terminal: Terminal): string {
  if (list.length === 0) {
    return 'No session has spoken yet. Connect Claude Code with: relay connect claude-code\n';
  }
  return table(
    [
      { heading: 'session' },
      { heading: 'title' },
      { heading: 'state' },
      { heading: 'exchanges', align: 'right' },
      { heading: 'cost', align: 'right' },
      { heading: 'seen', align: 'right' },
    ],
    list.map((session) => [
      session.id,
      firstLine(session.title ?? '', 32),
      firstLine(stateOf(session), 44),
      String(session.exchanges),
      formatUsd(session.costUsd),
      formatDuration(terminal.now() - session.lastSeenAt),
    ]),
  );
}

function stateOf({ state, detail, muted }: SessionSummary): string {
  const word = stateWords[state];
  const said = detail === '' || detail === word ? word : `${word}, ${detail}`;
  return muted ? `${said}, muted` : said;
}
