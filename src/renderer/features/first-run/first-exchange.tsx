import { Check } from 'lucide-react';
import { useEffect } from 'react';
import { ClockTime } from '../../components/age.tsx';
import { useInterface, useRelay } from '../../state/context.ts';
import { sessionsOf } from '../../state/selectors.ts';
import { words } from '../../words.ts';

/** The latest session's exchange, step by step as it happens. */
export function FirstExchange({ onTaken }: { onTaken: (isTaken: boolean) => void }) {
  const { sync } = useInterface();
  const latest = useRelay((state) => sessionsOf(state)[0]);
  const events = useRelay((state) => (latest ? state.timelines[latest.id]?.events : undefined));
  const id = latest?.id;
  const conversationId = latest?.conversationId;
  useEffect(() => {
    if (id && conversationId) sync.openTimeline(id, conversationId);
  }, [sync, id, conversationId]);
  const steps = words.firstRun.exchangeSteps;
  const exchangeId = events?.findLast(({ type }) => type === 'exchange.opened')?.exchangeId;
  const own = events?.filter((event) => event.exchangeId === exchangeId) ?? [];
  const at = (type: string) => own.find((event) => event.type === type)?.at;
  const takenAt = exchangeId ? at('dispatch.claimed') : undefined;
  useEffect(() => onTaken(takenAt !== undefined), [onTaken, takenAt]);
  if (!exchangeId) return null;
  const shown: [string, number | undefined][] = [
    [steps.said, at('exchange.opened')],
    [steps.called, at('call.started')],
    [steps.answered, at('verdict.given')],
    [steps.delivered, at('dispatch.written')],
    [steps.claimed, takenAt],
  ];
  return (
    <ul className="first-exchange">
      {shown.map(([name, time]) => (
        <li key={name} className={time === undefined ? 'is-open' : ''}>
          {time === undefined ? (
            <span className="step-open" />
          ) : (
            <Check size={12} aria-hidden="true" />
          )}
          {name}
          {time !== undefined && <ClockTime at={time} seconds />}
        </li>
      ))}
    </ul>
  );
}
