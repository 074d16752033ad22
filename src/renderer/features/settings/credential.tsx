import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { useInterface } from '../../state/context.ts';
import { words } from '../../words.ts';
import type { SettingsView } from './setting-row.tsx';

type SecretName = 'ANTHROPIC_API_KEY' | 'ANTHROPIC_AUTH_TOKEN';

/** The key: can be set and tested, is never shown. The test says what it found. */
export function Credential({ view, reload }: { view: SettingsView; reload: () => Promise<void> }) {
  const { actions, bridge } = useInterface();
  const [name, setName] = useState<SecretName>('ANTHROPIC_API_KEY');
  const [text, setText] = useState('');
  const [found, setFound] = useState('');
  const [place, setPlace] = useState(words.settings.keyPlace.file);
  useEffect(() => {
    void bridge.desktop?.keyPlace().then((where) => {
      setPlace(where.kind === 'file' ? where.why : words.settings.keyPlace.keychain);
    });
  }, [bridge]);
  const test = async () => {
    setFound(words.settings.keyTesting);
    const answer = await actions.call('supervisor.probe', {});
    setFound(answer?.message ?? '');
  };
  const save = async () => {
    const isSaved = await actions.call('secret.set', { name, value: text.trim() });
    if (!isSaved) return;
    setText('');
    await reload();
    await test();
  };
  return (
    <section className="block">
      <h3>{words.settings.key}</h3>
      <p className="quiet">
        {view.hasCredential ? words.settings.keyThere : words.settings.keyMissing}{' '}
        {words.settings.keyBody} {place}
      </p>
      <form
        className="field-line"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== '') void save();
        }}
      >
        <select
          className="field"
          aria-label={words.settings.key}
          value={name}
          // One of the two options below.
          onChange={(event) => setName(event.target.value as SecretName)}
        >
          <option value="ANTHROPIC_API_KEY">{words.settings.key}</option>
          <option value="ANTHROPIC_AUTH_TOKEN">{words.settings.token}</option>
        </select>
        <input
          className="field field-text"
          type="password"
          autoComplete="off"
          aria-label={name}
          placeholder={words.settings.keyPlaceholder}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button
          type="submit"
          look={text.trim() === '' ? 'plain' : 'main'}
          disabled={text.trim() === ''}
        >
          {words.settings.keySave}
        </Button>
        <Button onClick={() => void test()} disabled={!view.hasCredential}>
          {words.settings.keyTest}
        </Button>
      </form>
      <p className="result" role="status">
        {found}
      </p>
    </section>
  );
}
