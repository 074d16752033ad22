import { useNow } from '../../components/clock.ts';
import { useQuery } from '../../components/use-query.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { words } from '../../words.ts';

interface Props {
  /** The setting `tools.plugins`, as it stands in the file. */
  table: Readonly<Record<string, unknown>>;
  onSave: (table: Record<string, unknown>) => Promise<void>;
}

/** Every plug-in there is, with its switch; none runs before it is turned on. */
export function PlugIns({ table, onSave }: Props) {
  // Once a second, as the settings themselves: loading takes its time and is no event.
  const { value: plugIns } = useQuery('plugIns.list', {}, `${useNow()} ${JSON.stringify(table)}`);
  const { none, warning, brings, off } = words.settings.plugIns;
  if (!plugIns) return null;
  if (plugIns.length === 0) return <p className="setting-note">{none}</p>;
  const turn = (name: string, isOn: boolean) => {
    const { [name]: _, ...rest } = table;
    void onSave(isOn ? { ...rest, [name]: true } : rest);
  };
  return (
    <>
      <p className="setting-note">{warning}</p>
      <ul className="tool-rules plug-ins">
        {plugIns.map(({ name, description, isOn, tools, problem }) => (
          <li key={name}>
            <label className="tool-rule-what" htmlFor={`plug-in-${name}`}>
              <code>{harmlessLine(name)}</code>
              <span className="plug-in-about">
                {harmlessLine(description)}
                <span className="setting-facts">
                  {problem !== '' && harmlessLine(problem)}
                  {problem === '' && (tools.length > 0 ? brings(tools.join(', ')) : off)}
                </span>
              </span>
            </label>
            <input
              id={`plug-in-${name}`}
              type="checkbox"
              className="switch"
              checked={isOn}
              onChange={(event) => turn(name, event.target.checked)}
            />
          </li>
        ))}
      </ul>
    </>
  );
}
