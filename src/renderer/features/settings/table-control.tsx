import { X } from 'lucide-react';
import { useState } from 'react';
import type { SettingPath } from '#shared/settings.ts';
import { Button } from '../../components/button.tsx';
import { words } from '../../words.ts';

interface Props {
  path: SettingPath;
  value: unknown;
  onSave: (value: unknown) => Promise<void>;
}

const policies = ['allow', 'ask', 'deny'] as const;

/** A table of names: each with allow, ask or deny, or each simply on. Others are edited by file. */
export function TableControl({ path, value, onSave }: Props) {
  const [name, setName] = useState('');
  const table = asTable(value);
  const isPolicy = path === 'tools.policies' || path === 'tools.bashRules';
  if (!isPolicy && path !== 'tools.plugins') {
    return <p className="setting-note">{words.settings.table.inFile}</p>;
  }
  const add = () => {
    const added = name.trim();
    if (added === '') return;
    setName('');
    void onSave({ ...table, [added]: isPolicy ? 'ask' : true });
  };
  const remove = (key: string) => {
    const { [key]: _, ...rest } = table;
    void onSave(rest);
  };
  return (
    <div className="table-control">
      <ul>
        {Object.entries(table).map(([key, one]) => (
          <li key={key}>
            <code>{key}</code>
            {isPolicy && (
              <select
                className="field"
                aria-label={words.settings.table.value(key)}
                value={String(one)}
                onChange={(event) => void onSave({ ...table, [key]: event.target.value })}
              >
                {policies.map((policy) => (
                  <option key={policy} value={policy}>
                    {words.settings.policies[policy]}
                  </option>
                ))}
              </select>
            )}
            <button
              type="button"
              className="icon-button"
              aria-label={words.settings.table.remove(key)}
              title={words.settings.table.remove(key)}
              onClick={() => remove(key)}
            >
              <X size={14} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <input
          className="field field-text"
          aria-label={words.settings.table.name(path)}
          placeholder={example[path]}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" disabled={name.trim() === ''}>
          {words.settings.table.add}
        </Button>
      </form>
    </div>
  );
}

const example: Partial<Record<SettingPath, string>> = {
  'tools.policies': 'bash',
  'tools.bashRules': 'npm test',
  'tools.plugins': 'my-tool',
};

function asTable(value: unknown): Record<string, unknown> {
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isTable ? { ...value } : {};
}
