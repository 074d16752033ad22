import type { InboxItem, SessionSummary } from '#shared/models.ts';
import { askerName } from '../glance.ts';

/** What a notification says. */
export interface Notice {
  title: string;
  body: string;
}

/** Servers cut long bodies anyhow, and some of them badly. */
const mostCharacters = 300;

/** Who asks, the question in one sentence, then the proposal. */
export function noticeOf(
  item: InboxItem,
  sessions: readonly SessionSummary[],
  isReminder: boolean,
): Notice {
  const name = askerName(item, sessions);
  const proposal = item.proposal ? `\nProposal: ${cut(item.proposal)}` : '';
  return {
    title: isReminder ? `Still waiting: ${name}` : name,
    body: `${cut(item.summary)}${proposal}`,
  };
}

/**
 * What the button says that approves an item; undefined where there is nothing to approve, or where the
 * owner has to see all of what would be done, for which a notification has no room.
 */
export function approvalOf({ kind, proposal }: InboxItem): string | undefined {
  if (kind === 'tool' || kind === 'permission' || proposal === '') return undefined;
  return kind === 'draft' ? 'Send' : 'Approve';
}

/** Notification servers on Linux read the body as markup; a session must not be able to write any. */
export function asMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const characters = [...line];
  return characters.length <= mostCharacters
    ? line
    : `${characters.slice(0, mostCharacters - 1).join('')}…`;
}
