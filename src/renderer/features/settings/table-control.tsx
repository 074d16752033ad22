import { X } from 'lucide-react';
import { useState } from 'react';
import type { SettingPath } from '#shared/settings.ts';
import { Button } from '../../components/button.tsx';
import { words } from '../../words.ts';
import { PlugIns } from './plug-ins.tsx';
import { ToolPolicies } from './tool-policies.tsx';

interface Props {
  path: SettingPath;
  value: unknown;
  onSave: (value: unknown) => Promise<void>;
}

const policies = ['allow', 'ask', 'deny'] as const;

/** A table of names, each kind with a control of its own; the others are edited by file. */
export function TableControl({ path, value, onSave }: Props) {
  const table = asTable(value);
  switch (path) {
    case 'tools.policies':
      return <ToolPolicies table={table} onSave={onSave} />;
    case 'tools.plugins':
      return <PlugIns table={table} onSave={onSave} />;
    case 'tools.bashRules':
      return <BashRules table={table} onSave={onSave} />;
    default:
      return <p className="setting-note">{words.settings.table.inFile}</p>;
  }
}

interface RulesProps {
  table: Readonly<Record<string, unknown>>;
  onSave: (table: Record<string, unknown>) => Promise<void>;
}

/** What commands may do, by how they begin. */
function BashRules({ table, onSave }: RulesProps) {
  const [name, setName] = useState('');
  const add = () => {
    const added = name.trim();
    if (added === '') return;
    setName('');
    void onSave({ ...table, [added]: 'ask' });
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
          aria-label={words.settings.table.command}
          placeholder="npm test"
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

function asTable(value: unknown): Record<string, unknown> {
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isTable ? { ...value } : {};
}
