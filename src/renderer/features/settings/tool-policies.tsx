import { X } from 'lucide-react';
import { ToolPolicy } from '#shared/events.ts';
import { useNow } from '../../components/clock.ts';
import { useQuery } from '../../components/use-query.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { words } from '../../words.ts';

interface Props {
  /** The setting `tools.policies`, as it stands in the file. */
  table: Readonly<Record<string, unknown>>;
  onSave: (table: Record<string, unknown>) => Promise<void>;
}

/** What each tool may do for all sessions; those without a rule of their own do as they always do. */
export function ToolPolicies({ table, onSave }: Props) {
  // Once a second, as the settings themselves: a plug-in that comes or goes is no event.
  const { value: tools } = useQuery('tools.list', {}, `${useNow()} ${JSON.stringify(table)}`);
  if (!tools) return null;
  const set = (name: string, policy: string) => {
    const { [name]: _, ...rest } = table;
    void onSave(policy === '' ? rest : { ...rest, [name]: policy });
  };
  const known = new Set(tools.map(({ name }) => name));
  // Of a plug-in that is off, or misspelt: to be seen, and taken out.
  const unknown = Object.keys(table).filter((name) => !known.has(name));
  const { asAlways, asUsual, notThere } = words.settings.tools;
  return (
    <ul className="tool-rules">
      {tools.map(({ name, description, policy, origin }) => (
        <li key={name}>
          <span className="tool-rule-what">
            <code>{name}</code>
            <span className="quiet" title={harmlessLine(description)}>
              {harmlessLine(/^[^.\n]+/.exec(description)?.[0] ?? description)}
            </span>
          </span>
          <select
            className="field"
            aria-label={words.settings.table.value(name)}
            value={origin === 'default' ? '' : policy}
            onChange={({ target }) => set(name, target.value)}
          >
            <option value="">
              {origin === 'default' ? asUsual(words.settings.policies[policy]) : asAlways}
            </option>
            {ToolPolicy.options.map((one) => (
              <option key={one} value={one}>
                {words.settings.policies[one]}
              </option>
            ))}
          </select>
        </li>
      ))}
      {unknown.map((name) => (
        <li key={name}>
          <span className="tool-rule-what">
            <code>{harmlessLine(name)}</code>
            <span className="quiet">
              {harmlessLine(String(table[name]))}; {notThere}
            </span>
          </span>
          <button
            type="button"
            className="icon-button"
            aria-label={words.settings.table.remove(name)}
            title={words.settings.table.remove(name)}
            onClick={() => set(name, '')}
          >
            <X size={14} aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}
