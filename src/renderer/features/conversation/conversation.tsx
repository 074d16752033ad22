import * as DropdownMenu from '@radix-ui/react-dropdown-menu';
import { ChevronDown, Ellipsis } from 'lucide-react';
import { useDeferredValue, useEffect, useMemo } from 'react';
import { formatUsd } from '#shared/format.ts';
import type { SessionSummary } from '#shared/models.ts';
import { StateShape } from '../../components/icons.tsx';
import { useMenuLayer } from '../../components/menu-layer.ts';
import { AutonomyItems, SessionMenuItems } from '../../components/session-menu.tsx';
import { useInterface, useRelay, useView } from '../../state/context.ts';
import { findSession } from '../../state/selectors.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { sessionName } from '../../text/session-name.ts';
import { words } from '../../words.ts';
import { Composer } from './composer.tsx';
import { toEntries } from './entries.ts';
import { EntryList } from './entry-list.tsx';

/** The middle column: what one session and the supervisor said to each other. */
export function Conversation() {
  const { sync, actions } = useInterface();
  const sessionId = useView((state) => state.sessionId);
  const session = useRelay((state) => findSession(state, sessionId));
  const conversationId = session?.conversationId;
  const lastSeenAt = session?.lastSeenAt;
  useEffect(() => {
    if (sessionId && conversationId) sync.openTimeline(sessionId, conversationId);
  }, [sync, sessionId, conversationId]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is said while it is open is read.
  useEffect(() => {
    if (sessionId && document.hasFocus()) actions.markRead(sessionId);
  }, [actions, sessionId, lastSeenAt]);
  if (!session) return <NothingOpen />;
  return (
    <section className="conversation" aria-label={words.conversation.title}>
      <Head session={session} />
      <Body key={session.id} session={session} />
      <Composer key={`composer ${session.id}`} session={session} />
    </section>
  );
}

function NothingOpen() {
  const isConnected = useRelay((state) => state.snapshot !== null);
  const hasSessions = useRelay((state) => (state.snapshot?.sessions.length ?? 0) > 0);
  return (
    <section className="conversation conversation-empty" aria-label={words.conversation.title}>
      {isConnected && (
        <>
          <h1 className="empty-title">
            {hasSessions ? words.conversation.nothingOpen : words.sessions.none}
          </h1>
          <p>{hasSessions ? words.conversation.nothingOpenBody : words.sessions.noneBody}</p>
        </>
      )}
    </section>
  );
}

function Head({ session }: { session: SessionSummary }) {
  const { state, detail, cwd, autonomy, costUsd, exchanges } = session;
  const layer = useMenuLayer();
  const stateWords = detail === '' ? words.groups[state] : harmlessLine(detail);
  return (
    <header className="conversation-head">
      <div className="conversation-title">
        <h1>{sessionName(session)}</h1>
        <p>
          <StateShape state={state} />
          <span className="conversation-state" title={stateWords}>
            {stateWords}
          </span>
          {cwd !== null && (
            <span className="path" title={harmlessLine(cwd)}>
              <bdi>{harmlessLine(cwd)}</bdi>
            </span>
          )}
        </p>
      </div>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          className="button button-quiet"
          title={words.autonomy[autonomy].means}
          aria-label={`${words.sessions.menu.autonomy}: ${words.autonomy[autonomy].name}`}
        >
          {words.autonomy[autonomy].name}
          <ChevronDown size={12} aria-hidden="true" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal container={layer}>
          <DropdownMenu.Content className="menu" align="end" collisionPadding={8}>
            <AutonomyItems session={session} kit={DropdownMenu} />
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <span className="money" title={words.sessions.rowTitle(formatUsd(costUsd), exchanges)}>
        {formatUsd(costUsd)}
      </span>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          className="icon-button"
          aria-label={words.conversation.more}
          title={words.conversation.more}
        >
          <Ellipsis size={16} aria-hidden="true" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal container={layer}>
          <DropdownMenu.Content className="menu" align="end" collisionPadding={8}>
            <SessionMenuItems session={session} kit={DropdownMenu} />
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </header>
  );
}

function Body({ session }: { session: SessionSummary }) {
  const timeline = useRelay((state) => state.timelines[session.id]);
  const events = timeline?.events;
  const entries = useMemo(() => toEntries(events ?? []), [events]);
  const isThere = timeline !== undefined && timeline.loading !== 'first';
  // Drawn in slices where it has just come, so that nothing waits for a screen full of words.
  const isShown = useDeferredValue(isThere);
  if (!timeline || !isShown || timeline.loading === 'first') {
    return <p className="conversation-wait">{words.conversation.loading}</p>;
  }
  if (timeline.problem !== '' && entries.length === 0) {
    return <p className="conversation-wait">{timeline.problem}</p>;
  }
  if (entries.length === 0) {
    return <p className="conversation-wait">{words.conversation.empty}</p>;
  }
  return <EntryList session={session} timeline={timeline} entries={entries} />;
}
