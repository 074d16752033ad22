import { Folded } from '../../components/folded.tsx';
import { harmlessLine } from '../../text/harmless.ts';
import { exactClockTime, span } from '../../text/time.ts';
import { words } from '../../words.ts';
import { costWords } from './cost-words.ts';
import type { Answered, Replayed } from './replays.ts';

/** What was answered then and what is answered now. */
export function SideBySide({ then, now }: { then: Answered | null; now: Replayed }) {
  const { replay } = words.receipt;
  const changes = [
    now.model === then?.model ? '' : replay.with.model,
    now.hasOtherBrief ? replay.with.brief : '',
    now.hasOtherInstructions ? replay.with.instructions : '',
  ].filter(Boolean);
  return (
    <div className="side-by-side">
      {then ? <Side name={replay.before} answer={then} /> : <p>{replay.neverAnswered}</p>}
      <Side
        name={replay.now(exactClockTime(now.at))}
        note={changes.length === 0 ? replay.unchanged : changes.join(', ')}
        answer={now}
      />
    </div>
  );
}

function Side({ name, note, answer }: { name: string; note?: string; answer: Answered }) {
  const { model, verdict, text, durationMs } = answer;
  return (
    <article className="side" aria-label={name}>
      <header>
        <b>{name}</b>
        {note !== undefined && <span className="quiet">{note}</span>}
      </header>
      <p className="side-facts">
        <span className="letter-verdict">{words.receipt.replay.verdict[verdict.kind]}</span>
        <span>{harmlessLine(model)}</span>
        <span>{costWords(answer)}</span>
        <span>{span(durationMs)}</span>
      </p>
      {verdict.kind === 'escalate' ? (
        <>
          <Folded text={verdict.question} />
          {verdict.proposal !== '' && (
            <p>
              <span className="quiet">{words.inbox.proposal}</span> {harmlessLine(verdict.proposal)}
            </p>
          )}
        </>
      ) : (
        <Folded text={verdict.kind === 'finish' ? verdict.reason : text} />
      )}
    </article>
  );
}
