import { Search as SearchIcon } from 'lucide-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import type { RelayEvent } from '#shared/events.ts';
import type { Excerpt, SessionSummary } from '#shared/models.ts';
import { Age } from '../../components/age.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { useInterface, useRelay, useView } from '../../state/context.ts';
import { findSession, sessionsOf } from '../../state/selectors.ts';
import { authorOf } from '../../text/author-of.ts';
import { harmless } from '../../text/harmless.ts';
import { sessionName } from '../../text/session-name.ts';
import { words } from '../../words.ts';

const most = 50;
const pauseMs = 120;
const fewestLetters = 2;

interface Hit {
  event: RelayEvent;
  /** Words around the place, the matching ones told apart. */
  excerpt: Excerpt;
  /** In whose conversation it stands. */
  session: SessionSummary;
}

/** Finds what was said, in every session or only in the one that is open. */
export function Search() {
  const { actions } = useInterface();
  const openId = useView((state) => state.sessionId);
  const openSession = useRelay((state) => findSession(state, openId));
  const [text, setText] = useState('');
  const [isOnlyOpen, setOnlyOpen] = useState(false);
  const [index, setIndex] = useState(0);
  const only = isOnlyOpen ? openSession : undefined;
  const found = useHits(text, only, () => setIndex(0));

  const hits = found?.hits ?? [];
  const open = (hit: Hit | undefined) => {
    if (hit) actions.showEvent(hit.session.id, hit.event.seq);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setIndex(Math.min(hits.length - 1, Math.max(0, index + step)));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      open(hits[index]);
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
          aria-expanded={hits.length > 0}
          aria-controls="search-results"
          aria-activedescendant={hits[index] ? `found-${hits[index].event.seq}` : undefined}
          aria-label={words.search.placeholder}
          placeholder={words.search.placeholder}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className="bar-note search-note">
        <p role="status">{statusOf(found)}</p>
        {openSession && (
          <label className="radio">
            <input
              type="checkbox"
              checked={isOnlyOpen}
              onChange={(event) => setOnlyOpen(event.target.checked)}
            />
            <span>{words.search.onlyThis(sessionName(openSession))}</span>
          </label>
        )}
      </div>
      <div
        id="search-results"
        className="bar-results"
        role="listbox"
        aria-label={words.search.title}
      >
        {hits.map((hit, at) => (
          <HitRow key={hit.event.seq} hit={hit} isActive={at === index} onOpen={() => open(hit)} />
        ))}
      </div>
    </Dialog>
  );
}

interface Found {
  text: string;
  hits: Hit[];
}

function statusOf(found: Found | undefined): string {
  if (!found) return words.search.hint;
  const { length } = found.hits;
  if (length === 0) return words.search.none(found.text.trim());
  return length < most ? words.search.found(length) : words.search.most(most);
}

/** What is found as one types; undefined while there is too little to look for. */
function useHits(
  text: string,
  only: SessionSummary | undefined,
  onFound: () => void,
): Found | undefined {
  const { bridge, relay } = useInterface();
  const [found, setFound] = useState<Found>();
  const sessionId = only?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is looked for starts a search.
  useEffect(() => {
    if (text.trim().length < fewestLetters) {
      setFound(undefined);
      return;
    }
    let isOver = false;
    const timer = setTimeout(async () => {
      const where = sessionId === undefined ? {} : { sessionId };
      // As it was typed: a blank at the end says that the last word is whole.
      const answer = await bridge.call('events.search', { text, limit: most, ...where });
      if (isOver || !answer.ok) return;
      const { events, excerpts } = answer.value;
      const sessions = sessionsOf(relay.getState());
      const hits = events.flatMap((event, at): Hit[] => {
        const session = only ?? placeOf(event, sessions);
        return session ? [{ event, excerpt: excerpts[at] ?? [], session }] : [];
      });
      setFound({ text, hits });
      onFound();
    }, pauseMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [bridge, relay, text, sessionId]);
  return found;
}

/** Its own session, or one that shares its conversation: the owner's word and a summary have none. */
function placeOf(
  { sessionId, conversationId }: RelayEvent,
  sessions: readonly SessionSummary[],
): SessionSummary | undefined {
  if (sessionId !== null) return sessions.find(({ id }) => id === sessionId);
  return sessions.find((session) => session.conversationId === conversationId);
}

interface HitRowProps {
  hit: Hit;
  isActive: boolean;
  onOpen: () => void;
}

function HitRow({ hit: { event, excerpt, session }, isActive, onOpen }: HitRowProps) {
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
        {sessionName(session)}
        <span className="quiet">{authorOf(event)}</span>
        <Age at={event.at} />
      </span>
      <span className="bar-row-text" dir="auto">
        {excerpt.map(({ text, isMatch }, at) => {
          const shown = harmless(text).replace(/\s+/g, ' ');
          // biome-ignore lint/suspicious/noArrayIndexKey: a piece of an excerpt is its place.
          return isMatch ? <mark key={at}>{shown}</mark> : <span key={at}>{shown}</span>;
        })}
      </span>
    </div>
  );
}
