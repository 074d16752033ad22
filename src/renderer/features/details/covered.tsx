import { useCallback, useEffect, useState } from 'react';
import type { RelayEvent } from '#shared/events.ts';
import type { SessionSummary } from '#shared/models.ts';
import { saidIn } from '#shared/said.ts';
import { Moment } from '../../components/age.tsx';
import { useInterface, useRelay } from '../../state/context.ts';
import { sessionsOf } from '../../state/selectors.ts';
import { authorOf } from '../../text/author-of.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { sessionName } from '../../text/session-name.ts';
import { words } from '../../words.ts';

const pageSize = 50;

interface Props {
  session: SessionSummary;
  /** Of the summary. */
  seq: number;
}

/** The events that a summary stands for, a page at a time; each leads to its place. */
export function Covered({ session, seq }: Props) {
  const { bridge, actions } = useInterface();
  const sessions = useRelay(sessionsOf);
  const [events, setEvents] = useState<RelayEvent[]>([]);
  const [next, setNext] = useState<number | null>(null);
  const [problem, setProblem] = useState('');
  const load = useCallback(
    async (after: number) => {
      const page = await bridge.call('summary.covered', { seq, after, limit: pageSize });
      setProblem(page.ok ? '' : page.error.message);
      if (!page.ok) return;
      setEvents((known) => (after === 0 ? page.value.events : [...known, ...page.value.events]));
      setNext(page.value.next);
    },
    [bridge, seq],
  );
  useEffect(() => {
    void load(0);
  }, [load]);
  const nameOf = (event: RelayEvent) => {
    const found = sessions.find(({ id }) => id === event.sessionId);
    return found ? sessionName(found) : (event.sessionId ?? '');
  };
  return (
    <>
      {problem !== '' && <p className="details-problem">{problem}</p>}
      <ol className="covered">
        {events.map((event) => (
          <li key={event.seq}>
            <button
              type="button"
              title={words.details.summaries.open}
              onClick={() => actions.showEvent(event.sessionId ?? session.id, event.seq)}
            >
              <Moment at={event.at} />
              <span className="covered-who">
                {authorOf(event)}
                {event.sessionId !== session.id && ` · ${nameOf(event)}`}
              </span>
              <span className="covered-text">{harmlessLine(saidIn(event).slice(0, 300))}</span>
            </button>
          </li>
        ))}
      </ol>
      {next !== null && (
        <button type="button" className="fold-button" onClick={() => void load(next)}>
          {words.details.summaries.more}
        </button>
      )}
    </>
  );
}
