import { formatCount, formatUsd } from '#shared/format.ts';
import type { ItemId } from '#shared/ids.ts';
import type { InboxItem } from '#shared/models.ts';
import { askerName, type Glance, type GlanceState, glanceState } from '../glance.ts';

/** What the tray shows, as data: what is the same is not drawn again. */
export interface TrayView {
  icon: GlanceState;
  /** Beside the icon, where the platform can; empty for none. */
  count: string;
  tooltip: string;
  menu: TrayEntry[];
}

export type TrayEntry =
  | { kind: 'separator' }
  /** A line to read. */
  | { kind: 'line'; label: string }
  | { kind: 'action'; label: string; action: TrayAction }
  | { kind: 'submenu'; label: string; entries: TrayEntry[] };

export type TrayAction =
  | { kind: 'open-item'; itemId: ItemId }
  | { kind: 'approve'; itemId: ItemId }
  | { kind: 'dismiss'; itemId: ItemId }
  | { kind: 'open'; place: 'sessions' | 'costs' | null }
  | { kind: 'pause' }
  | { kind: 'resume' }
  | { kind: 'quit' };

/** A menu is no list: what is beyond is in the window. */
const mostItems = 8;
const mostSessions = 8;
const labelLength = 60;
/** Of a reply that waits to be sent, and of what is to be known of it: nobody shall send it unread. */
const draftLength = 200;

export function trayView(glance: Glance): TrayView {
  const state = glanceState(glance);
  const waiting = glance.kind === 'linked' ? glance.inbox.length : 0;
  const line = stateLine(glance);
  return {
    icon: state,
    count: state === 'needs-owner' ? String(waiting) : '',
    tooltip: `Relay: ${line.charAt(0).toLowerCase()}${line.slice(1)}`,
    menu: withSeparators([
      [{ kind: 'line', label: line }],
      inboxEntries(glance),
      workingEntries(glance),
      pauseEntries(glance),
      [
        { kind: 'action', label: 'Open Relay', action: { kind: 'open', place: null } },
        ...costEntries(glance),
      ],
      [{ kind: 'action', label: 'Quit', action: { kind: 'quit' } }],
    ]),
  };
}

/** The state in words: shape, word and colour never stand alone. */
export function stateLine(glance: Glance): string {
  if (glance.kind === 'lost') return glance.message;
  const { state, queued } = glance.status;
  const working = glance.sessions.filter((session) => session.state === 'working').length;
  const waits = queued > 0 ? `, ${formatCount(queued, 'envelope')} waiting` : '';
  switch (state) {
    case 'needs-owner':
      return `Needs you: ${glance.inbox.length}`;
    case 'paused':
      return `Paused${waits}`;
    case 'working':
      return working > 0
        ? `Working: ${formatCount(working, 'session')}${waits}`
        : `Working${waits}`;
    case 'idle':
      return 'Idle';
  }
}

function inboxEntries(glance: Glance): TrayEntry[] {
  if (glance.kind === 'lost') return [];
  const { inbox, sessions } = glance;
  const entries = inbox.slice(0, mostItems).map<TrayEntry>((item) => {
    const label = shortened(`${askerName(item, sessions)}: ${item.summary}`);
    if (item.kind === 'draft') return { kind: 'submenu', label, entries: draftEntries(item) };
    return { kind: 'action', label, action: { kind: 'open-item', itemId: item.id } };
  });
  return [...entries, ...more(inbox.length - mostItems)];
}

/** A draft is settled by a yes or a no; whatever else is asked needs the window. */
function draftEntries({ id: itemId, summary, proposal }: InboxItem): TrayEntry[] {
  return [
    { kind: 'line', label: shortened(summary, draftLength) },
    { kind: 'line', label: shortened(proposal, draftLength) },
    { kind: 'separator' },
    { kind: 'action', label: 'Open', action: { kind: 'open-item', itemId } },
    { kind: 'action', label: 'Send', action: { kind: 'approve', itemId } },
    { kind: 'action', label: 'Throw away', action: { kind: 'dismiss', itemId } },
  ];
}

function workingEntries(glance: Glance): TrayEntry[] {
  if (glance.kind === 'lost') return [];
  const working = glance.sessions.filter(({ state }) => state === 'working' || state === 'waiting');
  const entries = working.slice(0, mostSessions).map<TrayEntry>(({ title, id, state, detail }) => ({
    kind: 'line',
    label: shortened(`${title ?? id}: ${detail || state}`),
  }));
  return [...entries, ...more(working.length - mostSessions)];
}

function pauseEntries(glance: Glance): TrayEntry[] {
  if (glance.kind === 'lost') return [];
  return glance.status.paused
    ? [{ kind: 'action', label: 'Resume', action: { kind: 'resume' } }]
    : [{ kind: 'action', label: 'Pause', action: { kind: 'pause' } }];
}

function costEntries(glance: Glance): TrayEntry[] {
  if (glance.kind === 'lost') return [];
  const label = `Costs today: ${formatUsd(glance.todayUsd)}`;
  return [{ kind: 'action', label, action: { kind: 'open', place: 'costs' } }];
}

function more(count: number): TrayEntry[] {
  if (count <= 0) return [];
  const label = `${count} more in the window`;
  return [{ kind: 'action', label, action: { kind: 'open', place: 'sessions' } }];
}

function shortened(text: string, length = labelLength): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const characters = [...line];
  return characters.length <= length ? line : `${characters.slice(0, length - 1).join('')}…`;
}

function withSeparators(groups: TrayEntry[][]): TrayEntry[] {
  const filled = groups.filter((group) => group.length > 0);
  return filled.flatMap((group, index) =>
    index === 0 ? group : [{ kind: 'separator' }, ...group],
  );
}
