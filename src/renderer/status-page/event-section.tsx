import type { RelayEvent } from '#shared/events.ts';
import { Age } from './age.tsx';

/** The last events, newest first. */
export function EventSection({ events }: { events: readonly RelayEvent[] }) {
  return (
    <section aria-label="Events" className="wide">
      <h2>Last events</h2>
      <ul>
        {events.map((event) => (
          <li key={event.seq} className="row">
            <span className="name">{event.sessionId ?? 'relay'}</span>
            <span>{event.type.replace('.', ' ').replaceAll('_', ' ')}</span>
            <span className="muted">{event.seq}</span>
            <Age at={event.at} />
            {'text' in event.payload && (
              <span className="words muted">{event.payload.text.split('\n', 1)[0]}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
