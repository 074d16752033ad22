import { Notification } from 'electron';
import type { InboxItem } from '#shared/models.ts';
import { approvalOf, asMarkup, type Notice } from './notice.ts';
import type { NoticeEvents, ShownNotice } from './owner-notices.ts';

/** Electron forgets what nobody holds, and its click with it. */
const held = new Set<Notification>();

/**
 * Shows a native notification: with a button to approve, which Electron leaves out where the system has
 * none, and on macOS and Windows with a field to answer.
 */
export function showNativeNotice(
  { title, body }: Notice,
  item: InboxItem,
  events: NoticeEvents,
): ShownNotice {
  const approve = approvalOf(item);
  const notification = new Notification({
    title,
    body: process.platform === 'linux' ? asMarkup(body) : body,
    // It waits as long as the item does.
    timeoutType: 'never',
    ...(process.platform === 'linux' ? {} : { hasReply: true, replyPlaceholder: 'Answer' }),
    ...(approve === undefined ? {} : { actions: [{ type: 'button', text: approve }] }),
  });
  notification.on('click', events.onClick);
  // Older Electrons give the answer as the second argument only.
  notification.on('reply', ({ reply }, text) => events.onReply(reply ?? text));
  notification.on('action', () => events.onApprove());
  notification.on('failed', (_event, error) => {
    console.error('A notification could not be shown:', error);
  });
  held.add(notification);
  notification.show();
  return {
    close() {
      held.delete(notification);
      notification.close();
    },
  };
}
