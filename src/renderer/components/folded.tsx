import { useState } from 'react';
import { formatTokens } from '#shared/format.ts';
import { fold } from '../text/fold.ts';
import { exact, harmless } from '../text/harmless.ts';
import { words } from '../words.ts';
import { Markdown } from './markdown.tsx';

interface Props {
  text: string;
  /** Not Markdown: as a terminal said it, or (`exact`) with every character that is there. */
  plain?: boolean | 'exact';
}

/** Text that shows its beginning and says how much it hides. */
export function Folded({ text, plain = false }: Props) {
  const [steps, setSteps] = useState(0);
  const { shown, hiddenLines, hiddenCharacters } = fold(text, steps);
  const isFolded = hiddenCharacters > 0;
  return (
    <>
      {plain ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard too.
        <pre className="plain-text" tabIndex={0}>
          {plain === 'exact' ? exact(shown) : harmless(shown)}
        </pre>
      ) : (
        <Markdown text={shown} />
      )}
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
