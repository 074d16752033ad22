import { useSyncExternalStore } from 'react';
import type rehypeHighlight from 'rehype-highlight';

type Highlight = () => ReturnType<typeof rehypeHighlight>;

let highlight: Highlight | undefined;
let isAsked = false;
const listeners = new Set<() => void>();

/** The grammars are a third of the interface, and words without code do not wait for them. */
async function load(): Promise<void> {
  const { default: rehype } = await import('rehype-highlight');
  // Made once: the plug-in reads all its grammars each time it is asked for, and that is at every text.
  const paint = rehype({ detect: false });
  highlight = () => paint;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (!isAsked) void load();
  isAsked = true;
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const never = () => () => {};

/** What colours the code of a text; undefined as long as it is being loaded, or is not wanted. */
export function useCodeColours(isWanted: boolean): Highlight | undefined {
  return useSyncExternalStore(isWanted ? subscribe : never, () =>
    isWanted ? highlight : undefined,
  );
}

/** The same for who draws ahead, without waiting. */
export const codeColours = (isWanted: boolean): Highlight | undefined =>
  isWanted ? highlight : undefined;
