import type { DriveLevel, SessionSummary } from '#shared/models.ts';
import { Age } from '../../components/age.tsx';
import { useNow } from '../../components/clock.ts';
import { useQuery } from '../../components/use-query.ts';
import { useActions, useRelay } from '../../state/context.ts';
import { words } from '../../words.ts';
import { Part } from './part.tsx';

const minuteMs = 60_000;
const mostMoves = 4;

/** How it goes with the session, as the supervisor is told, and what moved it last. */
export function DrivesPart({ session: { id } }: { session: SessionSummary }) {
  const actions = useActions();
  const seq = useRelay((state) => state.snapshot?.seq ?? 0);
  // Levels fade by themselves, an edit of the settings is no event.
  const minute = Math.floor(useNow() / minuteMs);
  const { value } = useQuery('session.drives', { sessionId: id }, `${seq} ${minute}`);
  if (!value) return null;
  const { title, body, off, settings } = words.details.drives;
  return (
    <Part title={title} body={value.enabled ? body : off}>
      {value.drives.map((drive) => (
        <Level key={drive.name} drive={drive} />
      ))}
      <button
        type="button"
        className="text-button quiet"
        onClick={() => actions.showSettings('autonomy')}
      >
        {settings}
      </button>
    </Part>
  );
}

function Level({ drive: { name, level, words: told, isTold, movedBy } }: { drive: DriveLevel }) {
  const { names, nothingTold, silent, nothingHappened, of } = words.details.drives;
  const percent = Math.round(level * 100);
  return (
    <div className="drive">
      <div className="drive-head">
        <h3>{names[name]}</h3>
        <meter aria-label={names[name]} max={100} value={percent} />
        <span className="drive-percent">{of(percent)}</span>
      </div>
      {isTold ? <p>{told}</p> : <p className="quiet">{told === '' ? nothingTold : silent}</p>}
      {movedBy.length === 0 ? (
        <p className="quiet">{nothingHappened}</p>
      ) : (
        <ul className="drive-moves">
          {movedBy.slice(0, mostMoves).map((move) => (
            <Move key={move.seq} move={move} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Move({
  move: { words: what, does, at, exchangeId },
}: {
  move: DriveLevel['movedBy'][number];
}) {
  const actions = useActions();
  const { raised, lowered, receipt } = words.details.drives;
  return (
    <li>
      <span className="drive-sign" role="img" aria-label={does === 'raises' ? raised : lowered}>
        {does === 'raises' ? '+' : '−'}
      </span>
      <span>{what}</span>
      <span className="details-aside">
        <Age at={at} />
      </span>
      {exchangeId && (
        <button
          type="button"
          className="text-button quiet"
          aria-label={receipt(exchangeId)}
          onClick={() => actions.showReceipt(exchangeId)}
        >
          {exchangeId}
        </button>
      )}
    </li>
  );
}
