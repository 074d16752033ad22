import { useId } from 'react';
import { GrowingField } from '../../components/growing-field.tsx';

interface Props {
  /** Of the box that says it is to be otherwise. */
  name: string;
  label: string;
  /** null: as it was. */
  text: string | null;
  /** What to begin with. */
  load: () => Promise<string>;
  onChange: (text: string | null) => void;
}

/** A text that stays as it was until the owner wants another. */
export function OtherText({ name, label, text, load, onChange }: Props) {
  const id = useId();
  return (
    <div className="other-text">
      <label className="check" htmlFor={id}>
        <input
          id={id}
          type="checkbox"
          checked={text !== null}
          onChange={async (event) => onChange(event.target.checked ? await load() : null)}
        />
        {name}
      </label>
      {text !== null && (
        <GrowingField
          value={text}
          label={label}
          placeholder={label}
          onChange={onChange}
          onKeyDown={() => {}}
        />
      )}
    </div>
  );
}
