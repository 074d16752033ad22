import { useState } from 'react';
import type { SessionSummary, SummaryLine } from '#shared/models.ts';
import { Folded } from '../../components/folded.tsx';
import { dateAndTime } from '../../text/time.ts';
import { words } from '../../words.ts';
import { Covered } from './covered.tsx';
import { Part } from './part.tsx';

interface Props {
  session: SessionSummary;
  summaries: readonly SummaryLine[];
}

/** What stands for what no longer fits, newest first, each opened to what it stands for. */
export function SummariesPart({ session, summaries }: Props) {
  const { title, body, none } = words.details.summaries;
  return (
    <Part title={title} body={body} aside={summaries.length > 0 && summaries.length}>
      {summaries.length === 0 && <p>{none}</p>}
      <ul className="summaries">
        {summaries.map((summary) => (
          <li key={summary.seq}>
            <SummaryFold session={session} summary={summary} />
          </li>
        ))}
      </ul>
    </Part>
  );
}

function SummaryFold({ session, summary }: { session: SessionSummary; summary: SummaryLine }) {
  const [isOpen, setOpen] = useState(false);
  const [isCoveredShown, setCoveredShown] = useState(false);
  const { line, omitted, show, hide } = words.details.summaries;
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span>{line(summary.events)}</span>
        <span className="quiet">
          {dateAndTime(summary.fromAt)} – {dateAndTime(summary.toAt)}
        </span>
      </summary>
      {isOpen && (
        <div className="summary-body">
          {summary.method === 'omitted' ? (
            <p className="quiet">{omitted}</p>
          ) : (
            <Folded text={summary.text} />
          )}
          <button
            type="button"
            className="fold-button"
            aria-expanded={isCoveredShown}
            onClick={() => setCoveredShown(!isCoveredShown)}
          >
            {isCoveredShown ? hide : show}
          </button>
          {isCoveredShown && <Covered session={session} seq={summary.seq} />}
        </div>
      )}
    </details>
  );
}
