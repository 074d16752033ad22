import { Pause, Play } from 'lucide-react';
import { formatDuration } from '#shared/format.ts';
import type { Status } from '#shared/models.ts';
import { useNow } from '../../components/clock.ts';
import { useActions, useRelay } from '../../state/context.ts';
import { openItems, sessionsOf } from '../../state/selectors.ts';
import { words } from '../../words.ts';

/** The bottom line: whether all is well, in words. */
export function StatusBar() {
  const status = useRelay((state) => state.snapshot?.status);
  const connection = useRelay((state) => state.connection);
  const actions = useActions();
  if (connection === 'connecting' || !status) {
    return <footer className="status-bar">{words.connection.connecting}</footer>;
  }
  return (
    <footer className="status-bar">
      <span className="status-facts" role="status">
        {connection === 'lost' ? <span>{words.connection.lost}</span> : <Facts status={status} />}
      </span>
      <button
        type="button"
        className="status-pause"
        aria-pressed={status.paused}
        disabled={connection === 'lost'}
        onClick={() => void actions.togglePause()}
      >
        {status.paused ? (
          <Play size={12} aria-hidden="true" />
        ) : (
          <Pause size={12} aria-hidden="true" />
        )}
        {status.paused ? words.status.resume : words.status.pause}
        <kbd>Space</kbd>
      </button>
    </footer>
  );
}

function Facts({ status }: { status: Status }) {
  const working = useRelay((state) => sessionsOf(state).filter(isWorking).length);
  const items = useRelay((state) => openItems(state).length);
  const actions = useActions();
  const now = useNow();
  const { paused, queued, waiting, problems, budgetPerDayUsd } = status;
  const retry = waiting.find(({ retryAt }) => retryAt !== null);
  return (
    <>
      <span>{paused ? words.status.paused : words.status.running}</span>
      {working > 0 && <span>{words.status.working(working)}</span>}
      {queued > 0 && <span>{words.status.queued(queued)}</span>}
      {items > 0 && (
        <button type="button" className="status-needs" onClick={() => actions.go('inbox')}>
          {words.status.needsYou(items)}
        </button>
      )}
      {retry?.retryAt && (
        <span className="status-wait" title={retry.reason}>
          {words.status.waiting(retry.reason, formatDuration(Math.max(0, retry.retryAt - now)))}
        </span>
      )}
      {problems.length > 0 && (
        <button
          type="button"
          className="text-button"
          title={problems.join('\n')}
          onClick={() => actions.go('settings')}
        >
          {words.status.problem(problems.length)}
        </button>
      )}
      {budgetPerDayUsd !== null && (
        <span className="status-reset">
          {words.status.budgetReset(formatDuration(midnightAfter(now) - now))}
        </span>
      )}
    </>
  );
}

const isWorking = ({ state }: { state: string }): boolean =>
  state === 'working' || state === 'waiting';

/** Budgets are counted by local days. */
function midnightAfter(now: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}
