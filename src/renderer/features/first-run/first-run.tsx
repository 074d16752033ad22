import { Check } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { useQuery } from '../../components/use-query.ts';
import { useInterface, useRelay } from '../../state/context.ts';
import { sessionsOf } from '../../state/selectors.ts';
import { finishFirstRun } from '../../state/view-store.ts';
import { sessionName } from '../../text/session-name.ts';
import { words } from '../../words.ts';
import { ConnectStep } from './connect-step.tsx';
import { FirstExchange } from './first-exchange.tsx';
import { KeyStep } from './key-step.tsx';

/** Three steps on one screen; each is done when it has been seen to work. */
export function FirstRun() {
  const { actions } = useInterface();
  const seq = useRelay((state) => state.snapshot?.seq ?? 0);
  const sessions = useRelay(sessionsOf);
  const settings = useQuery('settings.get', {}, seq);
  const claude = useQuery('claudeCode.status', {}, sessions.length);
  const [isKeyGood, setKeyGood] = useState(false);
  const [isTaken, setTaken] = useState(false);
  const [isOpening, setOpening] = useState(false);
  const latest = sessions[0];
  const isConnected = (claude.value?.connected.length ?? 0) > 0;
  const text = words.firstRun;
  return (
    <main className="page first-run">
      <div className="first-run-body">
        <h1>{text.title}</h1>
        <p className="quiet">{text.body}</p>
        <ol>
          <Step number={1} title={text.key} isProven={isKeyGood}>
            <p className="quiet">{text.keyBody}</p>
            <KeyStep
              hasKey={settings.value?.hasCredential ?? false}
              reload={settings.reload}
              onProven={setKeyGood}
            />
          </Step>
          <Step number={2} title={text.claude} isProven={latest !== undefined}>
            <p className="quiet">
              {latest
                ? text.sessionSeen(sessionName(latest))
                : isConnected
                  ? text.claudeWaits
                  : text.claudeBody}
            </p>
            {!latest && !isConnected && <ConnectStep onDone={claude.reload} />}
          </Step>
          <Step number={3} title={text.exchange} isProven={isTaken}>
            <p className="quiet">{text.exchangeBody}</p>
            <FirstExchange onTaken={setTaken} />
          </Step>
        </ol>
        <footer className="first-run-foot">
          <div>
            <h2>{text.offline}</h2>
            <p className="quiet">{text.offlineBody}</p>
          </div>
          <Button
            disabled={isOpening}
            onClick={async () => {
              setOpening(true);
              await actions.openDemo();
              setOpening(false);
            }}
          >
            {isOpening ? text.offlineOpening : text.offlineOpen}
          </Button>
          <Button
            look={isKeyGood && latest ? 'main' : 'plain'}
            onClick={() => {
              finishFirstRun();
              actions.back();
            }}
          >
            {text.later}
          </Button>
        </footer>
      </div>
    </main>
  );
}

interface StepProps {
  number: number;
  title: string;
  isProven: boolean;
  children: ReactNode;
}

function Step({ number, title, isProven, children }: StepProps) {
  return (
    <li className={isProven ? 'first-step is-proven' : 'first-step'}>
      <span className="first-step-mark" aria-hidden="true">
        {isProven ? <Check size={14} /> : number}
      </span>
      <div>
        <h2>
          {title}
          <span className="first-step-state">
            {isProven ? words.firstRun.proven : words.firstRun.open}
          </span>
        </h2>
        {children}
      </div>
    </li>
  );
}
