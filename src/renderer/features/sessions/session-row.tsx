import { BellOff } from 'lucide-react';
import { memo } from 'react';
import { formatUsd } from '#shared/format.ts';
import type { SessionSummary } from '#shared/models.ts';
import { Age } from '../../components/age.tsx';
import { StateShape } from '../../components/icons.tsx';
import { useActions, useView } from '../../state/context.ts';
import { isUnread } from '../../state/selectors.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { sessionName } from '../../text/session-name.ts';
import { words } from '../../words.ts';

interface Props {
  id: string;
  session: SessionSummary;
  isSelected: boolean;
}

/** One session: what it is, what it said last, how long ago. */
export const SessionRow = memo(function SessionRow({ id, session, isSelected }: Props) {
  const actions = useActions();
  const unread = useView((state) => isUnread(session, state)) && !isSelected;
  const { state, detail, lastWords, lastSeenAt, muted, costUsd, exchanges } = session;
  const name = sessionName(session);
  const lastLine = harmlessLine(lastWords);
  const line = state === 'idle' || state === 'closed' ? lastLine : lastLine || detail;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox around it moves by arrow keys.
    <div
      id={id}
      className={`session-row ${isSelected ? 'is-selected' : ''} ${unread ? 'is-unread' : ''}`}
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      title={words.sessions.rowTitle(formatUsd(costUsd), exchanges)}
      onClick={() => actions.selectSession(session.id)}
    >
      <StateShape state={state} />
      <span className="session-name">{name}</span>
      {muted && <BellOff className="session-muted" size={11} aria-label={words.sessions.muted} />}
      {unread && <span className="unread-mark">{words.sessions.unread}</span>}
      <Age at={lastSeenAt} />
      <span className="session-line">
        <span className="hidden-words">{words.groups[state]}. </span>
        {line}
      </span>
    </div>
  );
});
