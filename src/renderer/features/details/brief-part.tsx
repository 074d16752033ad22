import { type KeyboardEvent, useState } from 'react';
import type { Brief, SessionSummary } from '#shared/models.ts';
import { Age } from '../../components/age.tsx';
import { Button } from '../../components/button.tsx';
import { GrowingField } from '../../components/growing-field.tsx';
import { useActions } from '../../state/context.ts';
import { commandKey, isCommandKey } from '../../state/platform.ts';
import { words } from '../../words.ts';
import { Part } from './part.tsx';

interface Props {
  session: SessionSummary;
  brief: Brief | null;
  onChange: () => Promise<void>;
}

/** What the session is to achieve; written here, or proposed by the supervisor. */
export function BriefPart({ session: { id }, brief, onChange }: Props) {
  const actions = useActions();
  // Kept where it can be found again, should the owner look elsewhere meanwhile.
  const [draft, setDraft] = useState<string | null>(null);
  const stored = brief?.text ?? '';
  const text = draft ?? stored;
  const isChanged = draft !== null && draft.trim() !== stored;
  const save = async () => {
    if (!isChanged) return;
    if (!(await actions.call('session.setBrief', { sessionId: id, text }))) return;
    await onChange();
    setDraft(null);
    actions.toast('done', words.done.saved);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && isCommandKey(event)) {
      event.preventDefault();
      void save();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (isChanged) setDraft(null);
      else if (event.target instanceof HTMLElement) event.target.blur();
    }
  };
  const { title, body, placeholder, setBy } = words.details.brief;
  const aside = brief && (
    <>
      {setBy(words.details.by[brief.by])} <Age at={brief.setAt} />
    </>
  );
  return (
    <Part title={title} body={body} aside={aside}>
      <GrowingField
        label={title}
        placeholder={placeholder}
        value={text}
        onChange={setDraft}
        onKeyDown={onKeyDown}
      />
      {isChanged && (
        <div className="field-line">
          <Button look="main" onClick={() => void save()}>
            {words.details.save}
          </Button>
          <Button look="quiet" onClick={() => setDraft(null)}>
            {words.details.takeBack}
          </Button>
          <small>{words.details.saveHint(commandKey)}</small>
        </div>
      )}
    </Part>
  );
}
