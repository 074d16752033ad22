import { type KeyboardEvent, useState } from 'react';
import type { RpcOutput } from '#shared/rpc.ts';
import { checkSetting, type SettingDefinition } from '#shared/settings.ts';
import { useActions } from '../../state/context.ts';
import { words } from '../../words.ts';
import { TableControl } from './table-control.tsx';

export type SettingsView = RpcOutput<'settings.get'>;

interface Props {
  definition: SettingDefinition;
  view: SettingsView;
  reload: () => Promise<void>;
}

/** One setting: what it does, its key, where its value comes from, and a control to change it. */
export function SettingRow({ definition, view, reload }: Props) {
  const actions = useActions();
  const [problem, setProblem] = useState('');
  const { path, description, control } = definition;
  const found = view.values.find(({ key }) => key === path);
  const origin = found?.origin ?? 'default';
  const isOverridden = origin === 'environment' || origin === '.env';
  const save = async (value: unknown) => {
    const check = checkSetting(definition, value);
    setProblem(check.ok ? '' : check.problem);
    if (!check.ok) return;
    await actions.call('settings.set', { key: path, value });
    await reload();
  };
  const id = `setting-${path}`;
  if (control.kind === 'table') {
    return (
      <div className="setting setting-table">
        <span className="setting-what">
          {plain(description)}
          <span className="setting-facts">
            <code className="setting-key">{path}</code>
          </span>
        </span>
        <TableControl path={path} value={found?.value} onSave={save} />
      </div>
    );
  }
  return (
    <div className="setting">
      <label className="setting-what" htmlFor={id}>
        {plain(description)}
        <span className="setting-facts">
          <code className="setting-key">{path}</code>
          <span className="setting-origin">{words.settings.origin[origin] ?? origin}</span>
        </span>
      </label>
      <div className="setting-value">
        <Control
          id={id}
          control={control}
          value={found?.value}
          isDisabled={isOverridden}
          onSave={save}
        />
        {control.nullable && control.kind !== 'choice' && (
          <label className="radio">
            <input
              type="checkbox"
              checked={found?.value === null}
              disabled={isOverridden}
              onChange={(event) =>
                void save(
                  event.target.checked ? null : (definition.defaultValue ?? firstOf(control)),
                )
              }
            />
            <span>{words.settings.none}</span>
          </label>
        )}
      </div>
      {isOverridden && <p className="setting-note">{words.settings.wins(origin)}</p>}
      {problem !== '' && (
        <p className="setting-note" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

type SettingControl = SettingDefinition['control'];

interface ControlProps {
  id: string;
  control: SettingControl;
  value: unknown;
  isDisabled: boolean;
  onSave: (value: unknown) => Promise<void>;
}

function Control({ id, control, value, isDisabled, onSave }: ControlProps) {
  switch (control.kind) {
    case 'choice':
      return (
        <select
          id={id}
          className="field"
          value={value === null ? '' : String(value)}
          disabled={isDisabled}
          onChange={(event) => void onSave(event.target.value === '' ? null : event.target.value)}
        >
          {control.nullable && <option value="">{words.settings.none}</option>}
          {control.values.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      );
    case 'flag':
      return (
        <input
          id={id}
          type="checkbox"
          className="switch"
          checked={value === true}
          disabled={isDisabled}
          onChange={(event) => void onSave(event.target.checked)}
        />
      );
    case 'number':
    case 'text':
    case 'url':
      return <TextControl {...{ id, control, value, isDisabled, onSave }} />;
    case 'table':
      return null;
  }
}

/** Saved when it is left or with Enter; Esc takes it back. */
function TextControl({ id, control, value, isDisabled, onSave }: ControlProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const current = value === null || value === undefined ? '' : String(value);
  const isNumber = control.kind === 'number';
  const save = () => {
    if (draft === null) return;
    setDraft(null);
    if (draft === current || draft.trim() === '') return;
    void onSave(isNumber ? Number(draft) : draft.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') save();
    if (event.key === 'Escape' && draft !== null) {
      event.stopPropagation();
      setDraft(null);
    }
  };
  return (
    <input
      id={id}
      className={isNumber ? 'field field-number' : 'field field-text'}
      type={isNumber ? 'number' : 'text'}
      step={isNumber && !control.whole ? 'any' : undefined}
      min={isNumber ? control.min : undefined}
      value={draft ?? current}
      disabled={isDisabled || (control.nullable && value === null && isNumber)}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={save}
      onKeyDown={onKeyDown}
    />
  );
}

/** What a setting that had no value begins with. */
function firstOf(control: SettingControl): unknown {
  switch (control.kind) {
    case 'number':
      return Math.max(control.min, 1);
    case 'url':
      return 'https://';
    default:
      return '';
  }
}

/** Descriptions are also comments in config.yaml, where backticks mark code and null is none. */
const plain = (text: string): string =>
  text.replaceAll('`', '').replace(/\bnull\b/g, words.settings.none);
