import { Check, Copy } from 'lucide-react';
import { isValidElement, type ReactNode, useRef, useState } from 'react';
import { copyText } from '../text/copy-text.ts';
import { words } from '../words.ts';

/** Code with its language and a button that copies it. */
export function CodeBlock({ children }: { children: ReactNode }) {
  const block = useRef<HTMLPreElement>(null);
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    if (await copyText(block.current?.textContent ?? '')) {
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    } else {
      getSelection()?.selectAllChildren(block.current ?? document.body);
    }
  };
  return (
    <div className="code-block">
      <div className="code-head">
        <span>{languageOf(children) ?? words.code.plain}</span>
        <button type="button" className="code-copy" onClick={copy}>
          {isCopied ? (
            <Check size={12} aria-hidden="true" />
          ) : (
            <Copy size={12} aria-hidden="true" />
          )}
          {isCopied ? words.done.copied : words.code.copy}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long line is scrolled by keyboard too. */}
      <pre ref={block} tabIndex={0}>
        {children}
      </pre>
    </div>
  );
}

function languageOf(children: ReactNode): string | undefined {
  if (!isValidElement<{ className?: string }>(children)) return undefined;
  return /language-(\S+)/.exec(children.props.className ?? '')?.[1];
}
