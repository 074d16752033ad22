import { useState, useSyncExternalStore } from 'react';
import { formatCount, formatUsd } from '#shared/format.ts';
import type { RelayStateName } from '#shared/models.ts';
import type { RelayClient } from '../relay-client.ts';
import type { RelayViewStore, Snapshot } from '../relay-view.ts';
import { CostSection } from './cost-section.tsx';
import { EventSection } from './event-section.tsx';
import { InboxSection } from './inbox-section.tsx';
import { SessionSection } from './session-section.tsx';

const stateWords: Record<RelayStateName, string> = {
  idle: 'Idle',
  working: 'Working',
  paused: 'Paused',
  'needs-owner': 'Needs you',
};

/** The whole relay at one look. */
export function StatusPage({ client, view }: { client: RelayClient; view: RelayViewStore }) {
  const { snapshot, events, isConnected, problem } = useSyncExternalStore(
    view.subscribe,
    view.current,
  );
  const [refusal, setRefusal] = useState<string>();

  /** Runs a command and shows what the relay says against it. */
  const act = async (command: ReturnType<RelayClient['call']>) => {
    const result = await command;
    setRefusal(result.ok ? undefined : result.error.message);
  };

  return (
    <main>
      {!isConnected && <p className="notice">{problem ?? 'Connecting to the relay ...'}</p>}
      {refusal !== undefined && (
        <p className="notice" role="alert">
          {refusal}
        </p>
      )}
      {snapshot !== undefined && (
        <>
          <Header snapshot={snapshot} act={act} client={client} />
          <div className="columns">
            <InboxSection items={snapshot.inbox} client={client} act={act} />
            <SessionSection sessions={snapshot.sessions} />
            <CostSection cost={snapshot.cost} budgetUsd={snapshot.status.budgetPerDayUsd} />
            <EventSection events={events} />
          </div>
        </>
      )}
    </main>
  );
}

/** Runs a command of the relay and shows what it says against it. */
export type Act = (command: ReturnType<RelayClient['call']>) => Promise<void>;

function Header({
  snapshot: { status },
  client,
  act,
}: {
  snapshot: Snapshot;
  client: RelayClient;
  act: Act;
}) {
  const via = 'inbox' as const;
  const toggle = () =>
    void act(
      status.paused ? client.call('relay.resume', { via }) : client.call('relay.pause', { via }),
    );
  return (
    <header>
      <h1>
        <span className={`state state-${status.state}`}>{stateWords[status.state]}</span>
      </h1>
      <p className="muted">
        {formatCount(status.sessions, 'session')}, {status.queued} queued,{' '}
        {formatUsd(status.todayUsd)} today
      </p>
      <button type="button" onClick={toggle}>
        {status.paused ? 'Resume' : 'Pause'}
      </button>
      {status.problems.map((problem) => (
        <p className="notice" key={problem}>
          {problem}
        </p>
      ))}
    </header>
  );
}
