import { Age } from '../../components/age.tsx';
import { Button } from '../../components/button.tsx';
import { useQuery } from '../../components/use-query.ts';
import { useInterface, useRelay } from '../../state/context.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { shortPath } from '../../text/short-path.ts';
import { words } from '../../words.ts';

/** Where everything is kept, and what could not be read. */
export function Data() {
  const { actions, bridge } = useInterface();
  const status = useRelay((state) => state.snapshot?.status);
  const rejected = useQuery('envelopes.rejected', {}, status?.rejected).value ?? [];
  if (!status) return null;
  return (
    <>
      <section className="block">
        <h3>{words.settings.folder}</h3>
        <p className="quiet">{words.settings.folderBody}</p>
        <div className="field-line">
          <code className="wrap">{shortPath(status.home, status.userHome)}</code>
          {bridge.desktop && (
            <Button onClick={() => bridge.desktop?.openFolder({ kind: 'home' })}>
              {words.settings.openFolder}
            </Button>
          )}
          <Button onClick={() => void actions.copy(status.home)}>{words.settings.copyPath}</Button>
        </div>
      </section>
      <section className="block">
        <h3>{words.settings.rejectedTitle}</h3>
        {rejected.length === 0 && <p className="quiet">{words.settings.rejectedNone}</p>}
        <ul className="rejected">
          {rejected.map(({ name, reason, at }) => (
            <li key={`${name} ${at}`}>
              <code className="wrap">{harmlessLine(name)}</code>
              <span>{harmlessLine(reason)}</span>
              <Age at={at} />
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

export function About() {
  const { actions } = useInterface();
  const status = useRelay((state) => state.snapshot?.status);
  if (!status) return null;
  const { version, host, pid } = status;
  return (
    <section className="block">
      <h3>{words.settings.version(version)}</h3>
      <p className="quiet">
        {words.settings.host[host]}, {words.settings.process(pid)}
      </p>
      <div className="field-line">
        <Button onClick={actions.showFirstRun}>{words.settings.firstRun}</Button>
      </div>
    </section>
  );
}
