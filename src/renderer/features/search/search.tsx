import { Search as SearchIcon } from 'lucide-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import type { RelayEvent } from '#shared/events.ts';
import type { SessionId } from '#shared/ids.ts';
import { Age } from '../../components/age.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { useInterface, useRelay } from '../../state/context.ts';
import { sessionsOf } from '../../state/selectors.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { authorOf, saidIn } from '../../text/said-in.ts';
import { sessionName } from '../../text/session-name.ts';
import { words } from '../../words.ts';

const most = 50;
const pauseMs = 120;

/** Finds what was said, in every session, the newest first. */
export function Search() {
  const { bridge, actions } = useInterface();
  const [text, setText] = useState('');
  const [found, setFound] = useState<{ text: string; events: RelayEvent[] }>();
  const [index, setIndex] = useState(0);
  const sought = text.trim();
  useEffect(() => {
    if (sought.length < 2) {
      setFound(undefined);
      return;
    }
    let isOver = false;
    const timer = setTimeout(async () => {
      const answer = await bridge.call('events.search', { text: sought, limit: most });
      if (isOver || !answer.ok) return;
      const events = answer.value.events.filter(({ sessionId }) => sessionId !== null);
      setFound({ text: sought, events });
      setIndex(0);
    }, pauseMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [bridge, sought]);

  const events = found?.events ?? [];
  const open = (event: RelayEvent | undefined) => {
    if (event?.sessionId) actions.showEvent(event.sessionId, event.seq);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setIndex(Math.min(events.length - 1, Math.max(0, index + step)));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      open(events[index]);
    }
  };
  return (
    <Dialog title={words.search.title} shape="bar" onClose={actions.closeDialog}>
      <div className="bar-field">
        <SearchIcon size={16} aria-hidden="true" />
        <input
          autoFocus
          type="text"
          role="combobox"
          aria-expanded={events.length > 0}
          aria-controls="search-results"
          aria-activedescendant={events[index] ? `found-${events[index].seq}` : undefined}
          aria-label={words.search.placeholder}
          placeholder={words.search.placeholder}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <p className="bar-note" role="status">
        {!found && words.search.hint}
        {found && events.length === 0 && words.search.none(found.text)}
        {events.length > 0 &&
          (events.length < most ? words.search.found(events.length) : words.search.most(most))}
      </p>
      <div
        id="search-results"
        className="bar-results"
        role="listbox"
        aria-label={words.search.title}
      >
        {found &&
          events.map((event, at) => (
            <Found
              key={event.seq}
              event={event}
              text={found.text}
              isActive={at === index}
              onOpen={() => open(event)}
            />
          ))}
      </div>
    </Dialog>
  );
}

interface FoundProps {
  event: RelayEvent;
  text: string;
  isActive: boolean;
  onOpen: () => void;
}

function Found({ event, text, isActive, onOpen }: FoundProps) {
  const name = useSessionName(event.sessionId);
  const [before, match, after] = excerpt(saidIn(event), text);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above moves and opens by keys.
    <div
      id={`found-${event.seq}`}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      className={`bar-row ${isActive ? 'is-active' : ''}`}
      onClick={onOpen}
      ref={(element) => {
        if (isActive) element?.scrollIntoView({ block: 'nearest' });
      }}
    >
      <span className="bar-row-name">
        {name}
        <span className="quiet">{authorOf(event)}</span>
        <Age at={event.at} />
      </span>
      <span className="bar-row-text">
        {before}
        <mark>{match}</mark>
        {after}
      </span>
    </div>
  );
}

function useSessionName(id: SessionId | null): string {
  return useRelay((state) => {
    const session = sessionsOf(state).find((one) => one.id === id);
    return session ? sessionName(session) : (id ?? '');
  });
}

/** The place that was found, with a little around it. */
function excerpt(said: string, sought: string): [string, string, string] {
  const line = harmlessLine(said);
  const at = line.toLowerCase().indexOf(sought.toLowerCase());
  if (at === -1) return [line.slice(0, 160), '', ''];
  const from = Math.max(0, at - 48);
  const end = at + sought.length;
  const before = `${from > 0 ? '…' : ''}${line.slice(from, at)}`;
  return [before, line.slice(at, end), line.slice(end, end + 120)];
}
