import type { ExchangeId } from '#shared/ids.ts';
import { Dialog } from '../../components/dialog.tsx';
import { useQuery } from '../../components/use-query.ts';
import { useActions, useRelay } from '../../state/context.ts';
import { words } from '../../words.ts';
import { CallReceipt } from './call-receipt.tsx';
import { callsOf } from './calls.ts';
import { Steps } from './steps.tsx';

/** All that followed from one envelope, with times, tokens and prices; every line is an event. */
export function Receipt({ exchangeId }: { exchangeId: ExchangeId }) {
  const actions = useActions();
  const seq = useRelay((state) => state.snapshot?.seq ?? 0);
  const { value, problem } = useQuery('exchange.events', { exchangeId }, seq);
  const prices = useQuery('prices.list', {}).value;
  const events = value?.events ?? [];
  const calls = callsOf(events);
  return (
    <Dialog title={words.receipt.title(exchangeId)} onClose={actions.closeDialog}>
      <div className="receipt">
        {problem !== '' && <p>{problem}</p>}
        {value && (
          <>
            <section>
              <h3>{words.receipt.timeline}</h3>
              <Steps events={events} />
            </section>
            {calls.length === 0 && <p className="quiet">{words.receipt.noCalls}</p>}
            {calls.map((call) => (
              <CallReceipt
                key={call.started.callId}
                call={call}
                price={prices?.models.find(({ model }) => isModel(call.model, model))}
              />
            ))}
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

/** A dated id (`claude-haiku-4-5-20251001`) is priced as its base. */
const isModel = (called: string, listed: string): boolean =>
  called === listed || called.replace(/-\d{8}$/, '') === listed;
