import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { SessionSummary } from '#shared/models.ts';
import { StateShape } from '../../components/icons.tsx';
import { useQuery } from '../../components/use-query.ts';
import { useActions, useRelay, useView } from '../../state/context.ts';
import { findSession } from '../../state/selectors.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { sessionName } from '../../text/session-name.ts';
import { words } from '../../words.ts';
import { AutonomyPart } from './autonomy-part.tsx';
import { BriefPart } from './brief-part.tsx';
import { ConversationPart } from './conversation-part.tsx';
import { CostPart } from './cost-part.tsx';
import { DrivesPart } from './drives-part.tsx';
import { FactsPart } from './facts-part.tsx';
import { SummariesPart } from './summaries-part.tsx';
import { ToolsPart } from './tools-part.tsx';

/** What is kept and set of one session, in place of its conversation. */
export function SessionDetails() {
  const sessionId = useView((state) => state.sessionId);
  const session = useRelay((state) => findSession(state, sessionId));
  if (!session) return null;
  return <Details key={session.id} session={session} />;
}

function Details({ session }: { session: SessionSummary }) {
  const { id, state, cwd } = session;
  const actions = useActions();
  const seq = useRelay((relay) => relay.snapshot?.seq ?? 0);
  const { value: memory, problem, reload } = useQuery('session.memory', { sessionId: id }, seq);
  const scroller = useRef<HTMLDivElement>(null);
  // Read first, and scrolled by keys; it takes the place of what had the focus.
  useEffect(() => scroller.current?.focus(), []);
  return (
    <section className="conversation details" aria-label={words.details.title}>
      <header className="conversation-head">
        <div className="conversation-title">
          <h1>
            {sessionName(session)} <span className="details-what">{words.details.title}</span>
          </h1>
          <p>
            <StateShape state={state} />
            <span className="conversation-state">{words.groups[state]}</span>
            {cwd !== null && (
              <span className="path" title={harmlessLine(cwd)}>
                <bdi>{harmlessLine(cwd)}</bdi>
              </span>
            )}
          </p>
        </div>
        <button
          type="button"
          className="icon-button"
          title={words.details.close}
          aria-label={words.details.close}
          onClick={actions.closeDetails}
        >
          <X size={16} aria-hidden="true" />
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard. */}
      <div ref={scroller} className="details-body" tabIndex={0}>
        {problem !== '' && <p className="details-problem">{problem}</p>}
        {memory && (
          <>
            <BriefPart session={session} brief={memory.brief} onChange={reload} />
            <AutonomyPart session={session} />
            <ConversationPart session={session} />
            <FactsPart
              conversationId={memory.conversationId}
              facts={memory.facts}
              onChange={reload}
            />
            <SummariesPart session={session} summaries={memory.summaries} />
            <ToolsPart session={session} />
            <DrivesPart session={session} />
            <CostPart session={session} />
          </>
        )}
      </div>
    </section>
  );
}
