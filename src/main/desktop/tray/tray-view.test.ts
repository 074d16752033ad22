import { describe, expect, it } from 'vitest';
import type { InboxItem, SessionSummary, Status } from '#shared/models.ts';
import type { Glance } from '../glance.ts';
import { type TrayView, trayView } from './tray-view.ts';

type Given = Partial<Omit<Status, 'inbox' | 'sessions'>> & {
  inbox?: InboxItem[];
  sessions?: SessionSummary[];
};

const item = (id: string, summary: string): InboxItem =>
  ({ id, kind: 'escalation', sessionId: 's1', title: null, summary, proposal: '' }) as InboxItem;
const session = (id: string, state: SessionSummary['state'], title: string | null = null) =>
  ({ id, state, title, detail: '', muted: false }) as SessionSummary;

// Only what the tray reads is filled in.
function glance({ inbox = [], sessions = [], ...status }: Given): Glance {
  return {
    kind: 'linked',
    status: { state: 'idle', paused: false, queued: 0, ...status } as Status,
    inbox,
    sessions,
    todayUsd: 1.234,
  } as Glance;
}

const labels = ({ menu }: TrayView) =>
  menu.map((entry) => (entry.kind === 'separator' ? '-' : entry.label));

describe('the tray', () => {
  it('is quiet while nothing happens', () => {
    const view = trayView(glance({}));
    expect(view).toMatchObject({ icon: 'idle', count: '', tooltip: 'Relay: idle' });
    expect(labels(view)).toEqual([
      'Idle',
      '-',
      'Pause',
      '-',
      'Open Relay',
      'Costs today: $1.23',
      '-',
      'Quit',
    ]);
  });

  it('names what waits, opens it, and counts it', () => {
    const view = trayView(
      glance({
        state: 'needs-owner',
        inbox: [item('i1', 'Drop the table?')],
        sessions: [session('s1', 'needs-owner', 'api-server')],
      }),
    );
    expect(view).toMatchObject({ icon: 'needs-owner', count: '1', tooltip: 'Relay: needs you: 1' });
    expect(view.menu).toContainEqual({
      kind: 'action',
      label: 'api-server: Drop the table?',
      action: { kind: 'open-item', itemId: 'i1' },
    });
  });

  it('lets a draft be read, sent and thrown away, and no other item', () => {
    const reply = `Run the tests.\n${'And again. '.repeat(50)}`;
    const draft = {
      ...item('i2', 'Send this reply?'),
      kind: 'draft',
      proposal: reply,
    } as InboxItem;
    const permission = { ...item('i3', 'May it use Bash?'), kind: 'permission' } as InboxItem;
    const { menu } = trayView(glance({ state: 'needs-owner', inbox: [draft, permission] }));
    const submenus = menu.filter((entry) => entry.kind === 'submenu');
    expect(submenus).toEqual([
      {
        kind: 'submenu',
        label: 's1: Send this reply?',
        entries: [
          { kind: 'line', label: 'Send this reply?' },
          { kind: 'line', label: expect.stringMatching(/^Run the tests\. And again\. .*…$/) },
          { kind: 'separator' },
          { kind: 'action', label: 'Open', action: { kind: 'open-item', itemId: 'i2' } },
          { kind: 'action', label: 'Send', action: { kind: 'approve', itemId: 'i2' } },
          { kind: 'action', label: 'Throw away', action: { kind: 'dismiss', itemId: 'i2' } },
        ],
      },
    ]);
    expect(menu).toContainEqual({
      kind: 'action',
      label: 's1: May it use Bash?',
      action: { kind: 'open-item', itemId: 'i3' },
    });
  });

  it('shows who works, and what waits in a pause', () => {
    const working = trayView(
      glance({ state: 'working', sessions: [session('parser', 'working'), session('x', 'idle')] }),
    );
    expect(working.icon).toBe('working');
    expect(labels(working).slice(0, 3)).toEqual(['Working: 1 session', '-', 'parser: working']);
    const paused = trayView(glance({ state: 'paused', paused: true, queued: 3 }));
    expect(labels(paused)).toContain('Resume');
    expect(labels(paused)).not.toContain('Pause');
    expect(labels(paused)[0]).toBe('Paused, 3 envelopes waiting');
  });

  it('offers only what a lost relay leaves', () => {
    const view = trayView({ kind: 'lost', message: 'The relay is gone; looking for it.' });
    expect(view.icon).toBe('lost');
    expect(labels(view)).toEqual([
      'The relay is gone; looking for it.',
      '-',
      'Open Relay',
      '-',
      'Quit',
    ]);
  });

  it('stays a menu, however much there is', () => {
    const many = Array.from({ length: 30 }, (_, n) => item(`i${n}`, `${'long '.repeat(40)}\n${n}`));
    const view = trayView(glance({ state: 'needs-owner', inbox: many }));
    expect(view.menu.length).toBeLessThan(25);
    expect(labels(view)).toContain('22 more in the window');
    for (const label of labels(view)) expect(label.length).toBeLessThanOrEqual(60);
  });
});
