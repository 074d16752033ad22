import type { ReactNode } from 'react';
import type { RelayEvent } from '#shared/events.ts';
import { formatTokens } from '#shared/format.ts';
import type { ExchangeId } from '#shared/ids.ts';
import { Dialog } from '../../components/dialog.tsx';
import { useQuery } from '../../components/use-query.ts';
import { useActions, useRelay } from '../../state/context.ts';
import { cacheRate, percent } from '../../text/cost-figures.ts';
import { span } from '../../text/time.ts';
import { words } from '../../words.ts';
import { CallReceipt } from './call-receipt.tsx';
import { type CallFacts, callsOf, totalOf } from './calls.ts';
import { costWords } from './cost-words.ts';
import { Replay } from './replay.tsx';
import { ScoreButtons } from './score-buttons.tsx';
import { Steps } from './steps.tsx';

/** All that followed from one envelope, with times, tokens and prices; every line is an event. */
export function Receipt({ exchangeId }: { exchangeId: ExchangeId }) {
  const actions = useActions();
  const seq = useRelay((state) => state.snapshot?.seq ?? 0);
  const { value, problem, reload } = useQuery('exchange.events', { exchangeId }, seq);
  const prices = useQuery('prices.list', {}).value;
  const events = value?.events ?? [];
  const calls = callsOf(events);
  return (
    <Dialog title={words.receipt.title(exchangeId)} onClose={actions.closeDialog}>
      {value && (
        <Sum calls={calls} events={events}>
          <ScoreButtons exchangeId={exchangeId} events={events} onScored={() => void reload()} />
        </Sum>
      )}
      <div className="receipt">
        {problem !== '' && <p>{problem}</p>}
        {value && (
          <>
            <section>
              <h3>{words.receipt.timeline}</h3>
              <Steps events={events} />
            </section>
            {calls.length === 0 && <p className="quiet">{words.receipt.noCalls}</p>}
            {calls.map((call, index) => (
              <CallReceipt
                key={call.started.callId}
                exchangeId={exchangeId}
                call={call}
                number={index + 1}
                isOpen={index === calls.length - 1}
                price={prices?.models.find(({ model }) => isModel(call.model, model))}
              />
            ))}
            {calls.length > 0 && (
              <Replay exchangeId={exchangeId} events={events} onRun={() => void reload()} />
            )}
            <details className="raw">
              <summary>{words.receipt.rawEvents(events.length)}</summary>
              <pre className="plain-text">{JSON.stringify(events, null, 2)}</pre>
            </details>
          </>
        )}
      </div>
    </Dialog>
  );
}

interface SumProps {
  calls: readonly CallFacts[];
  events: readonly RelayEvent[];
  children: ReactNode;
}

/** What it came to, always in sight. */
function Sum({ calls, events, children }: SumProps) {
  const { costUsd, isEstimate, usage, unpriced } = totalOf(calls);
  const took = durationOf(events);
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  const isNothing = calls.length === 0;
  return (
    <div className="receipt-sum">
      <strong>{isNothing ? words.receipt.free : costWords({ costUsd, isEstimate })}</strong>
      {!isNothing && (
        <>
          <span>{words.inbox.calls(calls.length)}</span>
          <span>{words.receipt.sumTokens(formatTokens(prompt + usage.output))}</span>
          <span>{words.inbox.cached(percent(cacheRate(usage)))}</span>
        </>
      )}
      <span>{span(took)}</span>
      {unpriced > 0 && <span>{words.receipt.unpriced(unpriced)}</span>}
      {children}
    </div>
  );
}

/** From the envelope to its end, or to now; what the owner did with it later does not count. */
function durationOf(events: readonly RelayEvent[]): number {
  const last = events.find(({ type }) => type === 'exchange.closed') ?? events.at(-1);
  return (last?.at ?? 0) - (events[0]?.at ?? 0);
}

/** A dated id (`claude-haiku-4-5-20251001`) is priced as its base. */
const isModel = (called: string, listed: string): boolean =>
  called === listed || called.replace(/-\d{8}$/, '') === listed;
