import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { SessionSummary } from '#shared/models.ts';
import { useInterface, useView } from '../../state/context.ts';
import type { Timeline } from '../../state/timeline.ts';
import { dayName, localDay } from '../../text/time.ts';
import { words } from '../../words.ts';
import type { Entry } from './entries.ts';
import { EntryView } from './entry-view.tsx';
import { useDrawnAhead } from './use-drawn-ahead.ts';
import { endThresholdPx, isAtEndOf, useStayAtEnd } from './use-stay-at-end.ts';

interface Props {
  session: SessionSummary;
  timeline: Timeline;
  entries: Entry[];
}

/** From here on the page before the first event is fetched. */
const nearTheBeginning = 12;
const usualHeight = 96;
/** Until it is known: of a window as it is at first. */
const usualRect = { width: 600, height: 560 };

/**
 * The scrolled part of a conversation. Opens at its end and stays there while it grows; whoever
 * reads further up keeps the line being read exactly where it is, and a pill says what is new.
 */
export function EntryList({ session, timeline, entries }: Props) {
  const { sync } = useInterface();
  const scroller = useRef<HTMLDivElement>(null);
  const soughtSeq = useView((state) => state.soughtSeq);
  const [seenSeq, setSeenSeq] = useState(() => entries.at(-1)?.seq ?? 0);
  const [isAtEnd, setAtEnd] = useState(true);
  const isOpened = useRef(false);
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => usualHeight,
    getItemKey: (index) => entries[index]?.key ?? index,
    // What is in sight comes first, and what lies beside it with the next frame.
    overscan: isOpened.current ? 6 : 1,
    initialOffset: () => entries.length * usualHeight,
    initialRect: usualRect,
    anchorTo: 'end',
    scrollEndThreshold: endThresholdPx,
    paddingEnd: 16,
    paddingStart: 8,
    onChange: (instance) => setAtEnd(isAtEndOf(instance, endThresholdPx)),
  });
  useEffect(() => {
    if (isOpened.current) return;
    isOpened.current = true;
    virtualizer.scrollToEnd({ behavior: 'auto' });
  }, [virtualizer]);

  const staysAtEnd = useStayAtEnd(scroller, virtualizer, entries);

  const lastSeq = entries.at(-1)?.seq ?? 0;
  useEffect(() => {
    if (isAtEnd) setSeenSeq(lastSeq);
  }, [isAtEnd, lastSeq]);

  const items = virtualizer.getVirtualItems();
  useDrawnAhead(entries, items);
  const firstIndex = items[0]?.index ?? 0;
  const wantsOlder = isOpened.current && firstIndex < nearTheBeginning && timeline.hasOlder;
  useEffect(() => {
    if (wantsOlder) void sync.loadOlder(session.id);
  }, [wantsOlder, sync, session.id]);

  const soughtIndex = useSought(soughtSeq, entries, timeline, session);
  useEffect(() => {
    if (soughtIndex < 0) return;
    staysAtEnd.current = false;
    virtualizer.scrollToIndex(soughtIndex, { align: 'center' });
  }, [soughtIndex, virtualizer, staysAtEnd]);

  const unseen = entries.filter(({ seq, kind }) => seq > seenSeq && kind !== 'calling').length;
  const start = items[0]?.start ?? 0;
  return (
    <div className="entries-frame">
      <div
        ref={scroller}
        className="entries"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard too.
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={words.conversation.title}
      >
        {timeline.loading === 'older' && (
          <p className="entries-loading">{words.conversation.loadingOlder}</p>
        )}
        <div className="virtual-space" style={{ height: virtualizer.getTotalSize() }}>
          <div className="entries-window" style={{ transform: `translateY(${start}px)` }}>
            {items.map(({ index, key }) => {
              const entry = entries[index];
              if (!entry) return null;
              const day = dayBefore(entries, index);
              return (
                <div
                  key={key}
                  data-index={index}
                  ref={virtualizer.measureElement}
                  className={index === soughtIndex ? 'entry-slot is-sought' : 'entry-slot'}
                >
                  {index === 0 && !timeline.hasOlder && (
                    <p className="entries-beginning">{words.conversation.beginning}</p>
                  )}
                  {day !== null && <p className="day-line">{day}</p>}
                  <EntryView entry={entry} />
                </div>
              );
            })}
          </div>
        </div>
      </div>
      {!isAtEnd && (
        <button
          type="button"
          className="new-pill"
          title={words.conversation.toEnd}
          aria-label={words.conversation.toEnd}
          onClick={() => virtualizer.scrollToEnd({ behavior: 'auto' })}
        >
          <ArrowDown size={12} aria-hidden="true" />
          {unseen > 0 && words.conversation.newEvents(unseen)}
        </button>
      )}
    </div>
  );
}

/** Where the event is that was searched for; fetches pages until it is there. */
function useSought(
  soughtSeq: number | null,
  entries: readonly Entry[],
  timeline: Timeline,
  session: SessionSummary,
): number {
  const { sync } = useInterface();
  const firstSeq = timeline.events[0]?.seq ?? 0;
  const isBefore = soughtSeq !== null && soughtSeq < firstSeq && timeline.hasOlder;
  const isIdle = timeline.loading === null;
  useEffect(() => {
    if (isBefore && isIdle) void sync.loadOlder(session.id, soughtSeq);
  }, [isBefore, isIdle, sync, session.id, soughtSeq]);
  if (soughtSeq === null || isBefore) return -1;
  const after = entries.findIndex(({ seq }) => seq > soughtSeq);
  return after === -1 ? entries.length - 1 : Math.max(0, after - 1);
}

/** The name of the day where another one begins. */
function dayBefore(entries: readonly Entry[], index: number): string | null {
  const entry = entries[index];
  const before = entries[index - 1];
  if (!entry) return null;
  const isToday = localDay(entry.at) === localDay(Date.now());
  if (!before) return isToday ? null : dayName(entry.at);
  return localDay(before.at) === localDay(entry.at) ? null : dayName(entry.at);
}
