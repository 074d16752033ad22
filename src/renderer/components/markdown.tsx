import { Component, memo, type ReactNode } from 'react';
import ReactMarkdown, { type Components, defaultUrlTransform } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { useActions } from '../state/context.ts';
import { harmless } from '../text/harmless.ts';
import { words } from '../words.ts';
import { CodeBlock } from './code-block.tsx';
import { useCodeColours } from './code-colours.ts';

/** Nobody writes deeper than this; what nests further is there to break whoever reads it. */
const deepestNesting = 40;
/** Longer code is shown without colours: finding them would hold up the window. */
const mostHighlighted = 20_000;

/**
 * What a session or the supervisor said. Raw HTML is shown as the text it is; links and images do
 * nothing by themselves (DESIGN 3.3).
 */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const source = harmless(text);
  const hasCode = /```|~~~/.test(source) && source.length <= mostHighlighted;
  const highlight = useCodeColours(hasCode);
  return (
    <div className="markdown" dir="auto">
      <PlainWhereItFails key={source} text={source}>
        <ReactMarkdown
          remarkPlugins={remarkPlugins}
          rehypePlugins={highlight ? [refuseDeepNesting, highlight] : [refuseDeepNesting]}
          components={components}
          urlTransform={defaultUrlTransform}
        >
          {source}
        </ReactMarkdown>
      </PlainWhereItFails>
    </div>
  );
});

const remarkPlugins = [remarkGfm];
interface Nested {
  children?: Nested[];
}

/** Thousands of quotes in quotes overflow the stack of all that walks the page, screen readers too. */
function refuseDeepNesting() {
  return (root: Nested): void => {
    let level: Nested[] = [root];
    for (let depth = 0; level.length > 0; depth += 1) {
      if (depth > deepestNesting) throw new RangeError('This text nests too deep.');
      level = level.flatMap(({ children = [] }) => children);
    }
  };
}

/** What cannot be drawn as Markdown is shown as it was written; the rest of the window goes on. */
class PlainWhereItFails extends Component<{ text: string; children: ReactNode }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    const { text, children } = this.props;
    return this.state.hasFailed ? <pre className="plain-text">{text}</pre> : children;
  }
}

const components: Components = {
  a: ({ href, children }) => <InertLink href={href ?? ''}>{children}</InertLink>,
  img: ({ src, alt }) => (
    <InertLink href={typeof src === 'string' ? src : ''}>
      {words.conversation.image(alt ?? '')}
    </InertLink>
  ),
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
  table: ({ children }) => (
    <div className="markdown-table">
      <table>{children}</table>
    </div>
  ),
  // Headings inside a message must not stand beside those of the page.
  h1: ({ children }) => <p className="markdown-heading">{children}</p>,
  h2: ({ children }) => <p className="markdown-heading">{children}</p>,
  h3: ({ children }) => <p className="markdown-heading">{children}</p>,
  h4: ({ children }) => <p className="markdown-heading">{children}</p>,
  h5: ({ children }) => <p className="markdown-heading">{children}</p>,
  h6: ({ children }) => <p className="markdown-heading">{children}</p>,
  input: ({ checked }) => <span className="markdown-check">{checked ? '[x]' : '[ ]'}</span>,
};

/** A link that shows where it leads and goes there only by a click, outside of Relay. */
function InertLink({ href, children }: { href: string; children: ReactNode }) {
  const { openExternal } = useActions();
  if (!href.startsWith('https://')) {
    return (
      <span className="inert-link" title={href}>
        {children}
      </span>
    );
  }
  return (
    <button type="button" className="inert-link" title={href} onClick={() => openExternal(href)}>
      {children}
    </button>
  );
}
