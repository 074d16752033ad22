import { formatUsd } from '#shared/format.ts';
import type { SessionStateName, SessionSummary } from '#shared/models.ts';
import { Age } from './age.tsx';

const stateWords: Record<SessionStateName, string> = {
  'needs-owner': 'needs you',
  working: 'working',
  waiting: 'waiting for reply',
  idle: 'idle',
  closed: 'closed',
};

/** Every session with its state and last words. */
export function SessionSection({ sessions }: { sessions: readonly SessionSummary[] }) {
  return (
    <section aria-label="Sessions">
      <h2>Sessions</h2>
      {sessions.length === 0 && (
        <p className="muted">
          No session has spoken yet. Connect Claude Code with <code>relay connect claude-code</code>
        </p>
      )}
      <ul>
        {sessions.map((session) => (
          <li key={session.id} className="row">
            <span className="name">{session.title ?? session.id}</span>
            <span>{stateWords[session.state]}</span>
            <span className="muted">{formatUsd(session.costUsd)}</span>
            <Age at={session.lastSeenAt} />
            {session.detail !== '' && (
              <span className="words" title={session.detail}>
                {session.detail}
              </span>
            )}
            <span className="words muted">{session.lastWords}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
