import type { InboxItem, RelayStateName, SessionSummary, Status } from '#shared/models.ts';

/** What tray, notifications and badge show of the relay. */
export type Glance =
  | { kind: 'lost'; message: string }
  | {
      kind: 'linked';
      status: Status;
      inbox: InboxItem[];
      sessions: SessionSummary[];
      todayUsd: number;
    };

/** `lost`: no relay can be reached. */
export type GlanceState = RelayStateName | 'lost';

export const glanceState = (glance: Glance): GlanceState =>
  glance.kind === 'lost' ? 'lost' : glance.status.state;

/** Who asks, as the owner knows it. */
export function askerName(item: InboxItem, sessions: readonly SessionSummary[]): string {
  const session = sessions.find(({ id }) => id === item.sessionId);
  return session?.title ?? item.title ?? item.sessionId ?? 'Relay';
}
