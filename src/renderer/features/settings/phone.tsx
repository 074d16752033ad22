import { useMemo, useState } from 'react';
import { encode } from 'uqr';
import { Button } from '../../components/button.tsx';
import { useActions } from '../../state/context.ts';
import { words } from '../../words.ts';
import type { SettingsView } from './setting-row.tsx';

/** The ntfy topic, to be scanned or copied; hidden until asked for, since it is a secret. */
export function Phone({ view }: { view: SettingsView }) {
  const actions = useActions();
  const [isShown, setShown] = useState(false);
  const server = view.values.find(({ key }) => key === 'ntfy.server')?.value;
  const url = `${String(server).replace(/\/+$/, '')}/${view.ntfyTopic}`;
  const test = async () => {
    if (await actions.call('ntfy.test', {})) actions.toast('done', words.settings.topicSent);
  };
  if (view.ntfyTopic === '') return null;
  return (
    <section className="block">
      <h3>{words.settings.topic}</h3>
      <p className="quiet">{words.settings.topicBody}</p>
      {isShown && (
        <div className="topic">
          <QrCode text={url} />
          <code className="wrap">{url}</code>
        </div>
      )}
      <div className="field-line">
        <Button onClick={() => setShown(!isShown)} aria-expanded={isShown}>
          {isShown ? words.settings.topicHide : words.settings.topicShow}
        </Button>
        <Button onClick={() => void actions.copy(url)}>{words.code.copy}</Button>
        <Button onClick={() => void test()}>{words.settings.topicTest}</Button>
      </div>
    </section>
  );
}

function QrCode({ text }: { text: string }) {
  const { size, path } = useMemo(() => {
    const code = encode(text, { border: 2 });
    const squares = code.data.flatMap((row, y) =>
      row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])),
    );
    return { size: code.size, path: squares.join('') };
  }, [text]);
  return (
    <svg
      className="qr-code"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={words.settings.topicQr}
    >
      <path d={path} />
    </svg>
  );
}
