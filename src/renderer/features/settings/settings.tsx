import type { ReactNode } from 'react';
import { settingDefinitions } from '#shared/settings.ts';
import { useNow } from '../../components/clock.ts';
import { PageHead } from '../../components/page-head.tsx';
import { useQuery } from '../../components/use-query.ts';
import { useActions, useRelay, useView } from '../../state/context.ts';
import { type SettingsPart, settingsPartOf } from '../../state/settings-parts.ts';
import { words } from '../../words.ts';
import { Appearance } from './appearance.tsx';
import { Brief } from './brief.tsx';
import { ClaudeCode } from './claude-code.tsx';
import { Credential } from './credential.tsx';
import { About, Data } from './data.tsx';
import { Phone } from './phone.tsx';
import { Prices } from './prices.tsx';
import { SettingRow, type SettingsView } from './setting-row.tsx';

/** Every setting with its key in config.yaml; a file edit shows at once. */
export function Settings() {
  const actions = useActions();
  const part = useView((state) => state.settingsPart);
  const problems = useRelay((state) => state.snapshot?.status.problems.join('\n') ?? '');
  // Once a second, since a file edit is no event.
  const view = useQuery('settings.get', {}, useNow());
  // The names of an object literal are its own.
  const parts = Object.keys(words.settings.parts) as SettingsPart[];
  const chosen = parts.find((one) => one === part) ?? 'supervisor';
  return (
    <main className="page settings">
      <PageHead title={words.settings.title} />
      <div className="settings-columns">
        <nav className="settings-parts" aria-label={words.settings.title}>
          {parts.map((one) => (
            <button
              key={one}
              type="button"
              aria-current={one === chosen}
              onClick={() => actions.showSettings(one)}
            >
              {words.settings.parts[one]}
            </button>
          ))}
        </nav>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard. */}
        <section className="settings-part" tabIndex={0} aria-label={words.settings.parts[chosen]}>
          <h2>{words.settings.parts[chosen]}</h2>
          {problems !== '' && <Problems text={problems} />}
          {view.problem !== '' && <p className="page-note">{view.problem}</p>}
          {view.value && <Part part={chosen} view={view.value} reload={view.reload} />}
        </section>
      </div>
    </main>
  );
}

function Problems({ text }: { text: string }) {
  return (
    <div className="problems" role="alert">
      <strong>{words.settings.problems}</strong>
      <ul>
        {text.split('\n').map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </div>
  );
}

interface PartProps {
  part: SettingsPart;
  view: SettingsView;
  reload: () => Promise<void>;
}

function Part({ part, view, reload }: PartProps) {
  const rows = settingDefinitions
    .filter(({ path }) => settingsPartOf(path) === part && path !== 'prices')
    .map((definition) => (
      <SettingRow key={definition.path} definition={definition} view={view} reload={reload} />
    ));
  return (
    <>
      {before[part]?.({ view, reload })}
      {rows.length > 0 && <div className="setting-rows">{rows}</div>}
      {after[part]?.()}
    </>
  );
}

const before: Partial<Record<SettingsPart, (props: Omit<PartProps, 'part'>) => ReactNode>> = {
  supervisor: ({ view, reload }) => <Credential view={view} reload={reload} />,
  brief: () => <Brief />,
  claudeCode: () => <ClaudeCode />,
  notifications: ({ view }) => <Phone view={view} />,
  appearance: () => <Appearance />,
  data: () => <Data />,
  about: () => <About />,
};

const after: Partial<Record<SettingsPart, () => ReactNode>> = {
  supervisor: () => <Prices />,
};
