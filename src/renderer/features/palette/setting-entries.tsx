import { Command } from 'cmdk';
import { settingDefinitions } from '#shared/settings.ts';
import { useActions } from '../../state/context.ts';
import { settingsPartOf } from '../../state/settings-parts.ts';
import { words } from '../../words.ts';
import { type EntriesProps, Section } from './entries.tsx';

/** The palette's entries that lead to a setting. */
export function SettingEntries({ run, isFlat }: EntriesProps) {
  const actions = useActions();
  return (
    <Section isFlat={isFlat} heading={words.palette.groups.settings}>
      {settingDefinitions.map(({ path, description }) => (
        <Command.Item
          key={path}
          className="bar-row"
          value={`${path} ${description}`}
          onSelect={run(() => actions.showSettings(settingsPartOf(path)))}
        >
          <code>{path}</code>
          <span className="bar-row-text quiet">{description}</span>
        </Command.Item>
      ))}
    </Section>
  );
}
