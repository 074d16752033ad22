import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Markdown } from '../../components/markdown.tsx';
import { useQuery } from '../../components/use-query.ts';
import { useActions } from '../../state/context.ts';
import { words } from '../../words.ts';
import { Learning } from './learning.tsx';

/** The supervisor's standing instructions, as text and as they read. */
export function Brief() {
  const actions = useActions();
  const { value, problem, reload } = useQuery('instructions.get', {});
  const [draft, setDraft] = useState<string | null>(null);
  const [isPreview, setPreview] = useState(false);
  const stored = value?.text ?? '';
  const text = draft ?? stored;
  const isChanged = draft !== null && draft !== stored;
  // A file edit shows at once where nothing is being written here.
  useEffect(() => {
    const onFocus = () => void reload();
    window.addEventListener('focus', onFocus);
    return () => window.removeEventListener('focus', onFocus);
  }, [reload]);
  const save = async () => {
    if (!(await actions.call('instructions.set', { text }))) return;
    await reload();
    setDraft(null);
    actions.toast('done', words.settings.briefSaved);
  };
  const applied = async () => {
    await reload();
    setDraft(null);
  };
  return (
    <>
      <section className="block brief">
        <p className="quiet">
          {problem}
          {words.settings.brief}
        </p>
        <div className="field-line">
          <fieldset className="segments">
            <legend className="hidden-words">{words.settings.parts.brief}</legend>
            {[false, true].map((one) => (
              <label key={String(one)}>
                <input
                  type="radio"
                  name="brief-view"
                  className="hidden-words"
                  checked={isPreview === one}
                  onChange={() => setPreview(one)}
                />
                <span>{one ? words.settings.briefPreview : words.settings.briefEdit}</span>
              </label>
            ))}
          </fieldset>
          <span className="grow" />
          <Button look="quiet" disabled={!isChanged} onClick={() => setDraft(null)}>
            {words.settings.briefRevert}
          </Button>
          <Button
            look={isChanged ? 'main' : 'plain'}
            disabled={!isChanged || text.trim() === ''}
            onClick={() => void save()}
          >
            {words.settings.briefSave}
          </Button>
        </div>
        {isPreview ? (
          <div className="brief-text brief-preview">
            <Markdown text={text} />
          </div>
        ) : (
          <textarea
            className="field brief-text"
            aria-label={words.settings.brief}
            spellCheck={false}
            value={text}
            onChange={(event) => setDraft(event.target.value)}
          />
        )}
      </section>
      <Learning isEditing={isChanged} onApplied={applied} />
    </>
  );
}
