import type { Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

type Rows = Virtualizer<HTMLDivElement, Element>;

/** Closer to the end than this, the list follows what comes in. */
export const endThresholdPx = 48;

/**
 * Whether the end is in sight, by what the virtualizer knows. Its own `isAtEnd` asks the page, which then
 * lays out at once what was just put into it, once more in every frame.
 */
export function isAtEndOf(
  { scrollOffset, scrollRect, getTotalSize }: Rows,
  nearPx: number,
): boolean {
  const bottom = (scrollOffset ?? 0) + (scrollRect?.height ?? 0);
  return getTotalSize() - bottom <= nearPx;
}

/**
 * Who is at the end stays there, whatever opens, grows, comes in or is replaced; only who scrolls back
 * leaves it. Held by the page's own measures: the virtualizer follows by what it has last heard, puts
 * off what it takes for a fling, and loses the end where several rows change at once.
 * @returns whether the end is kept; to be set to false where the list is sent elsewhere
 */
export function useStayAtEnd(
  scroller: RefObject<HTMLDivElement | null>,
  virtualizer: Rows,
  entries: readonly unknown[],
): RefObject<boolean> {
  const stays = useRef(true);
  const totalSize = virtualizer.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what may have moved the end.
  useLayoutEffect(() => {
    if (stays.current && scroller.current) toEnd(scroller.current);
  }, [scroller, entries, totalSize]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let topBefore = element.scrollTop;
    const onScroll = () => {
      const top = element.scrollTop;
      const isNear = virtualizer.getTotalSize() - top - element.clientHeight <= endThresholdPx;
      if (isNear) stays.current = true;
      else if (top < topBefore - 1) stays.current = false;
      topBefore = top;
    };
    const observer = new ResizeObserver(() => {
      if (stays.current) toEnd(element);
    });
    // Before the virtualizer hears of it, and draws.
    element.addEventListener('scroll', onScroll, { capture: true });
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', onScroll, { capture: true });
      observer.disconnect();
    };
  }, [scroller, virtualizer]);
  return stays;
}

function toEnd(element: HTMLElement): void {
  const end = element.scrollHeight - element.clientHeight;
  if (end - element.scrollTop > 1) element.scrollTop = end;
}
