import { Age } from '../../components/age.tsx';
import { StateShape } from '../../components/icons.tsx';
import { useActions, useRelay } from '../../state/context.ts';
import { sessionsOf } from '../../state/selectors.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { sessionName } from '../../text/session-name.ts';
import { words } from '../../words.ts';

const mostShown = 5;

/** Nothing waits: what goes on by itself, the latest first. */
export function Meanwhile() {
  const sessions = useRelay(sessionsOf);
  const isConnected = useRelay((state) => state.snapshot !== null);
  const actions = useActions();
  if (!isConnected) return null;
  const lively = sessions.filter(({ state }) => state !== 'closed').slice(0, mostShown);
  return (
    <div className="meanwhile">
      <p className="empty-title">{words.inbox.nothing}</p>
      {lively.length > 0 && (
        <>
          <h3>{words.inbox.meanwhile}</h3>
          <ul>
            {lively.map((session) => (
              <li key={session.id}>
                <button
                  type="button"
                  className="meanwhile-row"
                  onClick={() => actions.selectSession(session.id)}
                >
                  <StateShape state={session.state} />
                  <span className="session-name">{sessionName(session)}</span>
                  <Age at={session.lastSeenAt} />
                  <span className="session-line">
                    {session.detail || harmlessLine(session.lastWords)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
