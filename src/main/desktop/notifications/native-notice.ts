import { Notification } from 'electron';
import type { InboxItem } from '#shared/models.ts';
import { asMarkup, type Notice } from './notice.ts';
import type { NoticeEvents, ShownNotice } from './owner-notices.ts';

/** Electron forgets what nobody holds, and its click with it. */
const held = new Set<Notification>();

/** Shows a native notification; on macOS with a field to answer and a button to approve. */
export function showNativeNotice(
  { title, body }: Notice,
  item: InboxItem,
  events: NoticeEvents,
): ShownNotice {
  const isMac = process.platform === 'darwin';
  const canApprove = item.proposal !== '';
  const notification = new Notification({
    title,
    body: process.platform === 'linux' ? asMarkup(body) : body,
    // It waits as long as the item does.
    timeoutType: 'never',
    ...(isMac ? { hasReply: true, replyPlaceholder: 'Answer' } : {}),
    ...(isMac && canApprove ? { actions: [{ type: 'button', text: 'Approve' }] } : {}),
  });
  notification.on('click', events.onClick);
  notification.on('reply', (_event, text) => events.onReply(text));
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
