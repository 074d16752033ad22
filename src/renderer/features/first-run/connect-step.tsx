import { useState } from 'react';
import type { PlannedChange } from '#shared/models.ts';
import { Button } from '../../components/button.tsx';
import { Diff } from '../../components/diff.tsx';
import { useActions } from '../../state/context.ts';
import { words } from '../../words.ts';

/** Connects all of the owner's sessions, showing the change first. */
export function ConnectStep({ onDone }: { onDone: () => Promise<void> }) {
  const actions = useActions();
  const [change, setChange] = useState<PlannedChange | null>(null);
  const scope = { kind: 'user' } as const;
  const show = async () => {
    setChange((await actions.call('claudeCode.planConnect', { scope })) ?? null);
  };
  const make = async () => {
    if (!change) return;
    const done = await actions.call('claudeCode.connect', { scope, diff: change.diff });
    setChange(null);
    if (done) await onDone();
  };
  if (!change) {
    return (
      <div className="field-line">
        <Button onClick={() => void show()}>{words.settings.connectUser}</Button>
        <Button look="quiet" onClick={() => actions.showSettings('claudeCode')}>
          {words.settings.connectProject}
        </Button>
      </div>
    );
  }
  return (
    <div className="planned">
      <p>
        {words.settings.change} <code className="wrap">{change.file}</code>
      </p>
      <Diff text={change.diff} />
      <div className="field-line">
        <Button look="main" onClick={() => void make()}>
          {words.settings.makeChange}
        </Button>
        <Button look="quiet" onClick={() => setChange(null)}>
          {words.cancel}
        </Button>
      </div>
    </div>
  );
}
