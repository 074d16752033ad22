import type { RelayEvent } from '#shared/events.ts';
import type { StreamItem } from '#shared/rpc.ts';

/** Live items from now on, until the returned function is called. */
export type Subscribe = (onItem: (item: StreamItem) => void) => () => void;

/**
 * The next events after a sequence number, oldest first, and the last there is; undefined when they
 * cannot be had. A page may be short for being large.
 */
type ReadPage = (
  after: number,
  limit: number,
) => Promise<{ events: RelayEvent[]; lastSeq: number } | undefined>;

const pageSize = 1000;

/**
 * Joins stored and live events into one stream without gap or double (`RelayPort.stream`).
 *
 * Nothing live is buffered: what arrives while pages are read only marks that there is more to
 * read, so a long catch-up costs one page of memory. Progress items are dropped meanwhile; each
 * carries the whole text so far, so the next one makes up for it.
 */
export function streamEvents(
  source: { readPage: ReadPage; subscribe: Subscribe },
  after: number,
  onItem: (item: StreamItem) => void,
  onEnd?: () => void,
): () => void {
  let cursor = after;
  let state: 'reading' | 'live' | 'ended' = 'reading';
  let isMoreToRead = false;

  const unsubscribe = source.subscribe((item) => {
    if (state === 'ended') return;
    if (state === 'reading') {
      isMoreToRead = true;
    } else if (item.kind === 'progress') {
      onItem(item);
    } else if (item.event.seq === cursor + 1) {
      cursor = item.event.seq;
      onItem(item);
    } else if (item.event.seq > cursor) {
      void catchUp();
    }
  });

  /** Reads on from the cursor; asked again in a function, since a caller may end the stream. */
  const isEnded = () => state === 'ended';

  async function catchUp(): Promise<void> {
    state = 'reading';
    for (;;) {
      isMoreToRead = false;
      const page = await source.readPage(cursor, pageSize);
      if (isEnded()) return;
      if (page === undefined) {
        stop();
        onEnd?.();
        return;
      }
      const { events, lastSeq } = page;
      for (const event of events) {
        cursor = event.seq;
        onItem({ kind: 'event', event });
        if (isEnded()) return;
      }
      if (cursor >= lastSeq && !isMoreToRead) {
        state = 'live';
        return;
      }
    }
  }

  function stop(): void {
    if (state === 'ended') return;
    state = 'ended';
    unsubscribe();
  }

  void catchUp();
  return stop;
}
