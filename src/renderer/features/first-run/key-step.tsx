import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { useActions } from '../../state/context.ts';
import { words } from '../../words.ts';

interface Props {
  hasKey: boolean;
  reload: () => Promise<void>;
  onProven: (isGood: boolean) => void;
}

/** Takes a key and shows what a test of it found. */
export function KeyStep({ hasKey, reload, onProven }: Props) {
  const actions = useActions();
  const [text, setText] = useState('');
  const [found, setFound] = useState('');
  const wasTested = useRef(false);
  const test = async () => {
    wasTested.current = true;
    setFound(words.settings.keyTesting);
    const answer = await actions.call('supervisor.probe', {});
    setFound(answer?.message ?? '');
    onProven(answer?.ok ?? false);
  };
  // A key that is there already is tested without being asked.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is known to be there.
  useEffect(() => {
    if (hasKey && !wasTested.current) void test();
  }, [hasKey]);
  const save = async () => {
    const value = text.trim();
    const isSaved = await actions.call('secret.set', { name: 'ANTHROPIC_API_KEY', value });
    if (!isSaved) return;
    setText('');
    await reload();
    await test();
  };
  return (
    <>
      <form
        className="field-line"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== '') void save();
        }}
      >
        <input
          className="field field-text"
          type="password"
          autoComplete="off"
          aria-label={words.settings.key}
          placeholder={words.settings.keyPlaceholder}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" disabled={text.trim() === ''}>
          {words.settings.keySave}
        </Button>
        {hasKey && <Button onClick={() => void test()}>{words.settings.keyTest}</Button>}
      </form>
      <p className="result" role="status">
        {found}
      </p>
    </>
  );
}
