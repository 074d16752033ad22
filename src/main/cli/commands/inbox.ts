import { formatDuration } from '#shared/format.ts';
import type { InboxItem } from '#shared/models.ts';
import type { CommandContext, Terminal } from '../terminal.ts';
import { indent, printable } from '../text.ts';
import { showQuery } from '../with-relay.ts';

export function inbox(context: CommandContext, options: { json?: boolean }): Promise<number> {
  const show = (items: InboxItem[]) => describe(items, context.terminal);
  return showQuery(context, 'inbox.list', {}, show, options);
}

function describe(items: InboxItem[], terminal: Terminal): string {
  if (items.length === 0) return 'Nothing needs you.\n';
  const how = terminal.muted('relay approve <item>, relay reply <item> TEXT, relay dismiss <item>');
  return `${items.map((item) => describeItem(item, terminal)).join('\n')}\n${how}\n`;
}

function describeItem(item: InboxItem, terminal: Terminal): string {
  const who = item.title ?? item.sessionId ?? 'relay';
  const age = formatDuration(terminal.now() - item.openedAt);
  const lines = [printable(item.summary)];
  if (item.reasoning !== '') lines.push(terminal.muted(printable(item.reasoning)));
  const label = item.kind === 'tool' ? 'Would run' : 'Proposal';
  if (item.proposal !== '') lines.push(`${label}: ${printable(item.proposal)}`);
  const body = indent(lines.join('\n'), 4);
  return `${terminal.accent(item.id)}  ${item.kind}  ${printable(who)}  ${age}\n${body}\n`;
}
