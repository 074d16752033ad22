import { useEffect } from 'react';
import { onIdle } from '../../components/idle-time.ts';
import { drawAhead } from '../../components/markdown.tsx';
import { fold } from '../../text/fold.ts';
import type { Entry } from './entries.ts';

/** A hard fling passes so many entries in half a second. */
const ahead = 40;
/** Less is left of a frame than a long text takes. */
const leastMs = 4;

/** Reads the Markdown of what lies above and below while there is nothing else to do. */
export function useDrawnAhead(entries: readonly Entry[], items: readonly { index: number }[]) {
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    const texts = nearest(entries, first, last);
    let cancel = onIdle(work);
    function work(timeLeftMs: () => number): void {
      while (timeLeftMs() > leastMs) {
        const { done, value } = texts.next();
        if (done) return;
        drawAhead(value);
      }
      cancel = onIdle(work);
    }
    return () => cancel();
  }, [entries, first, last]);
}

/** As they would come into sight, upwards first: back is where one scrolls to. */
function* nearest(entries: readonly Entry[], first: number, last: number): Generator<string> {
  for (let step = 1; step <= ahead; step += 1) {
    for (const entry of [entries[first - step], entries[last + step]]) {
      if (entry && 'text' in entry && entry.kind !== 'summary') yield fold(entry.text).shown;
    }
  }
}
