import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import type { RelayEvent } from '#shared/events.ts';
import type { ExchangeId } from '#shared/ids.ts';
import { Button } from '../../components/button.tsx';
import { useQuery } from '../../components/use-query.ts';
import { useInterface } from '../../state/context.ts';
import { words } from '../../words.ts';
import { OtherText } from './other-text.tsx';
import { type Answered, answeredOf, replaysOf } from './replays.ts';
import { SideBySide } from './side-by-side.tsx';

interface Props {
  exchangeId: ExchangeId;
  events: readonly RelayEvent[];
  onRun: () => void;
}

/** The exchange again, as it was or with something changed; what came of it stands beside it. */
export function Replay({ exchangeId, events, onRun }: Props) {
  const then = answeredOf(events);
  const replays = replaysOf(events);
  const newest = useRef<HTMLDivElement>(null);
  const seq = replays[0]?.seq;
  const firstSeq = useRef(seq);
  useEffect(() => {
    if (seq !== firstSeq.current) newest.current?.scrollIntoView({ block: 'nearest' });
  }, [seq]);
  return (
    <section>
      <h3>{words.receipt.replay.title}</h3>
      <ReplayForm exchangeId={exchangeId} events={events} then={then} onRun={onRun} />
      {replays.map((replay, index) => (
        <div key={replay.seq} ref={index === 0 ? newest : null}>
          <SideBySide then={then} now={replay} />
        </div>
      ))}
    </section>
  );
}

function ReplayForm({ exchangeId, events, then, onRun }: Props & { then: Answered | null }) {
  const { bridge } = useInterface();
  const id = useId();
  const models = useQuery('prices.list', {}).value?.models ?? [];
  const sessionId = events.find((event) => event.sessionId !== null)?.sessionId ?? null;
  const [model, setModel] = useState('');
  const [brief, setBrief] = useState<string | null>(null);
  const [instructions, setInstructions] = useState<string | null>(null);
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState('');
  const { replay } = words.receipt;
  const run = async (event: FormEvent) => {
    event.preventDefault();
    setRunning(true);
    setProblem('');
    const result = await bridge.call('exchange.replay', {
      exchangeId,
      ...(model === '' ? {} : { model }),
      ...(brief === null ? {} : { brief }),
      ...(instructions === null || instructions.trim() === '' ? {} : { instructions }),
    });
    setRunning(false);
    if (!result.ok) setProblem(result.error.message);
    onRun();
  };
  return (
    <form className="replay-form" onSubmit={run}>
      <div className="replay-line">
        <label htmlFor={`${id} model`}>{replay.model}</label>
        <select
          id={`${id} model`}
          className="field"
          value={model}
          onChange={(event) => setModel(event.target.value)}
        >
          <option value="">{replay.sameModel(then?.model ?? '')}</option>
          {models.map((one) => (
            <option key={one.model} value={one.model}>
              {one.model}
            </option>
          ))}
        </select>
        <Button look="main" type="submit" disabled={isRunning}>
          {isRunning ? replay.running : replay.run}
        </Button>
      </div>
      {sessionId !== null && (
        <OtherText
          name={replay.otherBrief}
          label={replay.brief}
          text={brief}
          load={async () => {
            const found = await bridge.call('session.memory', { sessionId });
            return found.ok ? (found.value.brief?.text ?? '') : '';
          }}
          onChange={setBrief}
        />
      )}
      <OtherText
        name={replay.otherInstructions}
        label={replay.instructions}
        text={instructions}
        load={async () => {
          const found = await bridge.call('instructions.get', {});
          return found.ok ? found.value.text : '';
        }}
        onChange={setInstructions}
      />
      <p className="quiet" role="status">
        {problem === '' ? replay.note : problem}
      </p>
    </form>
  );
}
