import type { ItemId } from '#shared/ids.ts';
import type { InboxItem } from '#shared/models.ts';
import type { Glance } from '../glance.ts';
import { type Notice, noticeOf } from './notice.ts';

/** A notification on the screen. */
export interface ShownNotice {
  close(): void;
}

export interface NoticeEvents {
  onClick: () => void;
  onReply: (text: string) => void;
  onApprove: () => void;
}

export interface OwnerNoticesOptions {
  show: (notice: Notice, item: InboxItem, events: NoticeEvents) => ShownNotice;
  /** Whether the owner is looking at this item in the window. */
  isSeen: (itemId: ItemId) => boolean;
  isEnabled: () => boolean;
  /** 0: never. */
  reminderMs: () => number;
  onOpen: (itemId: ItemId) => void;
  onReply: (itemId: ItemId, text: string) => void;
  onApprove: (itemId: ItemId) => void;
  now?: () => number;
}

export interface OwnerNotices {
  /** Shows what is new, takes away what is settled, reminds of what waits for long. */
  update(glance: Glance): void;
  /** The owner looks at something else now: what is seen needs no notification. */
  attentionChanged(): void;
  closeAll(): void;
}

interface Told {
  toldAt: number;
  /** undefined: the owner saw it in the window, or it was clicked away. */
  notice: ShownNotice | undefined;
}

/** One notification for each inbox item, as long as it waits. */
export function createOwnerNotices(options: OwnerNoticesOptions): OwnerNotices {
  const { isSeen, isEnabled, reminderMs, now = Date.now } = options;
  const told = new Map<ItemId, Told>();

  function tell(item: InboxItem, glance: Glance & { kind: 'linked' }): void {
    const before = told.get(item.id);
    before?.notice?.close();
    const toldAt = now();
    if (isSeen(item.id)) {
      told.set(item.id, { toldAt, notice: undefined });
      return;
    }
    const notice = options.show(noticeOf(item, glance.sessions, before !== undefined), item, {
      onClick: () => options.onOpen(item.id),
      onReply: (text) => options.onReply(item.id, text),
      onApprove: () => options.onApprove(item.id),
    });
    told.set(item.id, { toldAt, notice });
  }

  function isDue(item: InboxItem): boolean {
    const before = told.get(item.id);
    if (before === undefined) return true;
    return reminderMs() > 0 && now() - before.toldAt >= reminderMs();
  }

  function takeAway(itemId: ItemId): void {
    told.get(itemId)?.notice?.close();
    told.delete(itemId);
  }

  return {
    update(glance) {
      // A relay that is gone settles nothing; what is on the screen stays until it is known.
      if (glance.kind === 'lost') return;
      const open = new Set(glance.inbox.map(({ id }) => id));
      for (const itemId of [...told.keys()]) if (!open.has(itemId)) takeAway(itemId);
      if (!isEnabled()) return;
      const muted = new Set(glance.sessions.filter((one) => one.muted).map(({ id }) => id));
      for (const item of glance.inbox) {
        const isMuted = item.sessionId !== null && muted.has(item.sessionId);
        if (!isMuted && isDue(item)) tell(item, glance);
      }
    },
    attentionChanged() {
      for (const [itemId, one] of told) {
        if (one.notice === undefined || !isSeen(itemId)) continue;
        one.notice.close();
        one.notice = undefined;
      }
    },
    closeAll() {
      for (const itemId of [...told.keys()]) takeAway(itemId);
    },
  };
}
