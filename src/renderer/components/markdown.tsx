import { Component, memo, type ReactElement, type ReactNode } from 'react';
// Called as the function it is, without state: its result can be kept.
import readMarkdown, { type Components, defaultUrlTransform } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { useActions } from '../state/context.ts';
import { harmless } from '../text/harmless.ts';
import { words } from '../words.ts';
import { CodeBlock } from './code-block.tsx';
import { codeColours, useCodeColours } from './code-colours.ts';

/** Nobody writes deeper than this; what nests further is there to break whoever reads it. */
const deepestNesting = 40;
/** Longer code is shown without colours: finding them would hold up the window. */
const mostHighlighted = 20_000;
/** Longer texts are read when they are shown: there are few, and one would fill several frames. */
const mostAhead = 4_000;
/** Texts whose elements are kept: many more than are in sight, so that going back is no work. */
const mostKept = 400;

interface Props {
  text: string;
  /** It still grows: soon there will be another, of which this is the beginning. */
  isPassing?: boolean;
}

/**
 * What a session or the supervisor said. Raw HTML is shown as the text it is; links and images do
 * nothing by themselves (DESIGN 3.3).
 */
export const Markdown = memo(function Markdown({ text, isPassing = false }: Props) {
  const highlight = useCodeColours(hasCode(text));
  return (
    <div className="markdown" dir="auto">
      <PlainWhereItFails key={isPassing ? '' : text} text={text}>
        <Drawn text={text} highlight={highlight} isPassing={isPassing} />
      </PlainWhereItFails>
    </div>
  );
});

type Highlight = ReturnType<typeof useCodeColours>;

/** A part of its own, so that what cannot be drawn fails below the one who notices. */
function Drawn({ text, highlight, isPassing }: Required<Props> & { highlight: Highlight }) {
  const isWorthIt = !isPassing && text.length <= mostHighlighted;
  return isWorthIt ? draw(text, highlight) : elementsOf(text, highlight);
}

const hasCode = (text: string) => /```|~~~/.test(text) && text.length <= mostHighlighted;

const kept = new Map<string, { elements: ReactElement; highlight: Highlight }>();

/** The elements of a text. Reading it takes longer than all else about a row, so they are kept. */
function draw(text: string, highlight: Highlight): ReactElement {
  const known = kept.get(text);
  kept.delete(text);
  const isGood = known && known.highlight === highlight;
  const elements = isGood ? known.elements : elementsOf(text, highlight);
  // In the order of their last use, the oldest first.
  kept.set(text, { elements, highlight });
  for (const [oldest] of kept) {
    if (kept.size <= mostKept) break;
    kept.delete(oldest);
  }
  return elements;
}

/** Reads a text that will be shown soon. */
export function drawAhead(text: string): void {
  if (kept.has(text) || text.length > mostAhead) return;
  try {
    draw(text, codeColours(hasCode(text)));
  } catch {
    // What fails is told where it is shown.
  }
}

/** Reads some lines before there are any: the first time takes several times as long. */
export function warmUp(): void {
  elementsOf('Some `code`, **strong** and\n\n1. a list\n\n- of two\n\n```\ncode\n```', undefined);
}

function elementsOf(text: string, highlight: Highlight): ReactElement {
  return readMarkdown({
    remarkPlugins,
    rehypePlugins: highlight ? [refuseDeepNesting, highlight] : [refuseDeepNesting],
    components,
    urlTransform: defaultUrlTransform,
    children: harmless(text),
  });
}

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
    return this.state.hasFailed ? <pre className="plain-text">{harmless(text)}</pre> : children;
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
