import { useState } from 'react';
import type { ConnectScope, PlannedChange } from '#shared/models.ts';
import { Button } from '../../components/button.tsx';
import { Diff } from '../../components/diff.tsx';
import { useQuery } from '../../components/use-query.ts';
import { useInterface, useRelay } from '../../state/context.ts';
import { shortPath } from '../../text/short-path.ts';
import { words } from '../../words.ts';

type Intent = { kind: 'connect'; scope: ConnectScope } | { kind: 'disconnect'; file: string };

/** Where the hooks are, what would change, and the change itself only after it was shown. */
export function ClaudeCode() {
  const { actions, bridge } = useInterface();
  const userHome = useRelay((state) => state.snapshot?.status.userHome ?? '');
  const { value: status, reload } = useQuery('claudeCode.status', {});
  const [plan, setPlan] = useState<{ intent: Intent; change: PlannedChange } | null>(null);
  const [dir, setDir] = useState('');

  const show = async (intent: Intent) => {
    const change = await (intent.kind === 'connect'
      ? actions.call('claudeCode.planConnect', { scope: intent.scope })
      : actions.call('claudeCode.planDisconnect', { file: intent.file }));
    setPlan(change ? { intent, change } : null);
  };
  const make = async () => {
    if (!plan) return;
    const { intent, change } = plan;
    const { diff } = change;
    const done = await (intent.kind === 'connect'
      ? actions.call('claudeCode.connect', { scope: intent.scope, diff })
      : actions.call('claudeCode.disconnect', { file: intent.file, diff }));
    await reload();
    if (!done) return;
    setPlan(null);
    const isConnected = intent.kind === 'connect';
    actions.toast('done', isConnected ? words.settings.changed : words.settings.disconnected);
  };
  const choose = async () => {
    const folder = await bridge.desktop?.chooseFolder();
    if (folder) setDir(folder);
  };

  if (!status) return null;
  const { claude, connected } = status;
  return (
    <section className="block">
      <h3>{words.settings.hooks}</h3>
      <p className="quiet">
        {claude
          ? words.settings.claudeFound(shortPath(claude.path, userHome), claude.version ?? '')
          : words.settings.claudeMissing}
      </p>
      <p className="quiet">{words.settings.hooksBody}</p>
      {connected.length === 0 && <p>{words.settings.notConnected}</p>}
      <ul className="connected">
        {connected.map(({ file, present }) => (
          <li key={file}>
            <span>
              {present === 'all' ? words.settings.connectedFile : words.settings.partlyConnected}
            </span>
            <code className="wrap" title={file}>
              {shortPath(file, userHome)}
            </code>
            <Button onClick={() => void show({ kind: 'disconnect', file })}>
              {words.settings.disconnect}
            </Button>
          </li>
        ))}
      </ul>
      <div className="field-line">
        <Button onClick={() => void show({ kind: 'connect', scope: { kind: 'user' } })}>
          {words.settings.connectUser}
        </Button>
      </div>
      <form
        className="field-line"
        onSubmit={(event) => {
          event.preventDefault();
          void show({ kind: 'connect', scope: { kind: 'project', dir: dir.trim() } });
        }}
      >
        <input
          className="field field-text path-field"
          aria-label={words.settings.projectDir}
          placeholder={words.settings.projectDir}
          value={dir}
          onChange={(event) => setDir(event.target.value)}
        />
        {bridge.desktop && (
          <Button onClick={() => void choose()}>{words.settings.chooseFolder}</Button>
        )}
        <Button type="submit" disabled={dir.trim() === ''}>
          {words.settings.connectProject}
        </Button>
      </form>
      {plan && (
        <div className="planned">
          <h3>
            {words.settings.change}{' '}
            <code className="wrap">{shortPath(plan.change.file, userHome)}</code>
          </h3>
          {plan.change.note !== '' && <p className="quiet">{plan.change.note}</p>}
          {plan.change.diff === '' ? (
            <p>{words.settings.nothingToChange}</p>
          ) : (
            <>
              <Diff text={plan.change.diff} />
              <div className="field-line">
                <Button look="main" onClick={() => void make()}>
                  {words.settings.makeChange}
                </Button>
                <Button look="quiet" onClick={() => setPlan(null)}>
                  {words.cancel}
                </Button>
              </div>
            </>
          )}
        </div>
      )}
    </section>
  );
}
