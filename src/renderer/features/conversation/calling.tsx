import { ClockTime } from '../../components/age.tsx';
import { useNow } from '../../components/clock.ts';
import { Markdown } from '../../components/markdown.tsx';
import { useRelay } from '../../state/context.ts';
import { fold } from '../../text/fold.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { span } from '../../text/time.ts';
import { words } from '../../words.ts';
import type { Entry } from './entries.ts';

interface Props {
  entry: Extract<Entry, { kind: 'calling' }>;
}

/** A call under way: how long it has taken, and what has come in so far. */
export function Calling({ entry }: Props) {
  const { callId, exchangeId, model, at, isSummary } = entry;
  const text = useRelay(({ live }) => {
    const answer = exchangeId ? live[exchangeId] : undefined;
    return answer?.callId === callId ? answer.text : '';
  });
  const now = useNow();
  const { supervisor, thinking, summarising } = words.conversation;
  // The whole answer so far comes ten times a second; only its end is worth drawing each time.
  const { shown } = fold(text, 1);
  return (
    <article className="letter letter-supervisor letter-live">
      <header className="letter-head">
        <ClockTime at={at} />
        <span className="letter-who">{supervisor}</span>
        <span className="letter-fact">{harmlessLine(model.replace(/^claude-/, ''))}</span>
        <span className="letter-fact">
          {span(Math.max(0, Math.floor((now - at) / 1000) * 1000))}
        </span>
      </header>
      {text === '' ? (
        <p className="thinking">{isSummary ? summarising : thinking}</p>
      ) : (
        <Markdown text={shown} isPassing />
      )}
    </article>
  );
}
