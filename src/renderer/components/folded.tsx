import { useState } from 'react';
import { formatTokens } from '#shared/format.ts';
import { fold } from '../text/fold.ts';
import { harmless } from '../text/harmless.ts';
import { words } from '../words.ts';
import { Markdown } from './markdown.tsx';

/** Text that shows its beginning and says how much it hides. */
export function Folded({ text, plain = false }: { text: string; plain?: boolean }) {
  const [steps, setSteps] = useState(0);
  const { shown, hiddenLines, hiddenCharacters } = fold(text, steps);
  const isFolded = hiddenCharacters > 0;
  return (
    <>
      {plain ? <pre className="plain-text">{harmless(shown)}</pre> : <Markdown text={shown} />}
      {isFolded && (
        <button type="button" className="fold-button" onClick={() => setSteps(steps + 1)}>
          {words.conversation.hidden(hiddenLines, formatTokens(hiddenCharacters))}
        </button>
      )}
      {!isFolded && steps > 0 && (
        <button type="button" className="fold-button" onClick={() => setSteps(0)}>
          {words.conversation.showLess}
        </button>
      )}
    </>
  );
}
