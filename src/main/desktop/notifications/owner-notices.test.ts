import { beforeEach, describe, expect, it } from 'vitest';
import type { ItemId } from '#shared/ids.ts';
import type { InboxItem, SessionSummary } from '#shared/models.ts';
import type { Glance } from '../glance.ts';
import { approvalOf, asMarkup, noticeOf } from './notice.ts';
import { createOwnerNotices, type NoticeEvents, type OwnerNotices } from './owner-notices.ts';

const item = (id: string, sessionId = 's1'): InboxItem =>
  ({ id, sessionId, title: null, summary: `Question ${id}?`, proposal: 'Yes.' }) as InboxItem;
// Only what notifications read is filled in.
const glance = (inbox: InboxItem[], sessions: Partial<SessionSummary>[] = []): Glance =>
  ({ kind: 'linked', inbox, sessions }) as Glance;

const minuteMs = 60_000;

describe('notifications', () => {
  let log: string[];
  let events: Map<string, NoticeEvents>;
  let seen: ItemId | undefined;
  let nowMs: number;
  let isEnabled: boolean;
  let notices: OwnerNotices;

  beforeEach(() => {
    log = [];
    events = new Map();
    seen = undefined;
    nowMs = 0;
    isEnabled = true;
    notices = createOwnerNotices({
      show(notice, { id }, its) {
        log.push(`show ${id} ${notice.title}`);
        events.set(id, its);
        return { close: () => log.push(`close ${id}`) };
      },
      isSeen: (id) => id === seen,
      isEnabled: () => isEnabled,
      reminderMs: () => 30 * minuteMs,
      onOpen: (id) => log.push(`open ${id}`),
      onReply: (id, text) => log.push(`reply ${id} ${text}`),
      onApprove: (id) => log.push(`approve ${id}`),
      now: () => nowMs,
    });
  });

  it('come once for each item and go when it is settled', () => {
    notices.update(glance([item('i1')]));
    notices.update(glance([item('i1'), item('i2')]));
    notices.update(glance([item('i2')]));
    expect(log).toEqual(['show i1 s1', 'show i2 s1', 'close i1']);
  });

  it('remind of what waits for long, in place of the first', () => {
    notices.update(glance([item('i1')]));
    nowMs = 29 * minuteMs;
    notices.update(glance([item('i1')]));
    nowMs = 30 * minuteMs;
    notices.update(glance([item('i1')]));
    expect(log).toEqual(['show i1 s1', 'close i1', 'show i1 Still waiting: s1']);
  });

  it('are not shown for what the owner looks at, and go when the owner looks', () => {
    seen = 'i1' as ItemId;
    notices.update(glance([item('i1'), item('i2')]));
    expect(log).toEqual(['show i2 s1']);
    seen = 'i2' as ItemId;
    notices.attentionChanged();
    notices.attentionChanged();
    expect(log).toEqual(['show i2 s1', 'close i2']);
  });

  it('leave muted sessions and the owner who wants none in peace', () => {
    const sessions = [{ id: 's1', muted: true } as Partial<SessionSummary>];
    notices.update(glance([item('i1')], sessions));
    isEnabled = false;
    notices.update(glance([item('i2', 's2')]));
    expect(log).toEqual([]);
  });

  it('stay while the relay is lost', () => {
    notices.update(glance([item('i1')]));
    notices.update({ kind: 'lost', message: 'gone' });
    notices.update(glance([item('i1')]));
    expect(log).toEqual(['show i1 s1']);
  });

  it('carry the answer back', () => {
    notices.update(glance([item('i1')]));
    events.get('i1')?.onClick();
    events.get('i1')?.onReply('Go.');
    events.get('i1')?.onApprove();
    expect(log.slice(1)).toEqual(['open i1', 'reply i1 Go.', 'approve i1']);
  });
});

describe('what a notification says', () => {
  it('is who, the question, then the proposal', () => {
    const sessions = [{ id: 's1', title: 'api-server' } as SessionSummary];
    expect(noticeOf(item('i1'), sessions, false)).toEqual({
      title: 'api-server',
      body: 'Question i1?\nProposal: Yes.',
    });
    expect(noticeOf({ ...item('i1'), proposal: '' }, [], true)).toEqual({
      title: 'Still waiting: s1',
      body: 'Question i1?',
    });
  });

  it('can be approved where the notification shows what that means', () => {
    const label = (more: Partial<InboxItem>) => approvalOf({ ...item('i1'), ...more });
    expect(label({ kind: 'escalation' })).toBe('Approve');
    expect(label({ kind: 'escalation', proposal: '' })).toBeUndefined();
    expect(label({ kind: 'draft' })).toBe('Send');
    expect(label({ kind: 'permission' })).toBeUndefined();
    expect(label({ kind: 'tool' })).toBeUndefined();
  });

  it('is short, and never markup', () => {
    const long = noticeOf({ ...item('i1'), summary: 'x '.repeat(5_000) }, [], false);
    expect(long.body.length).toBeLessThan(700);
    expect(asMarkup('<a href="x">&</a>')).toBe('&lt;a href="x"&gt;&amp;&lt;/a&gt;');
  });
});
