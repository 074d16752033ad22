/**
 * What runs inside the page that is measured: functions that are handed over as text, so each stands for
 * itself. Times are milliseconds since 1970 by the clock that the relay stamps its events with.
 */

/** When the words were painted, by where they stood and what they were: `letter mark-3-said;`. */
export type Painted = Record<string, number>;

declare global {
  interface Window {
    benchPainted: Painted;
  }
}

/**
 * From now on notes when each mark (`mark-3-said;`) is on the screen: inside the scrolled part at a frame
 * that was then painted. `live` is what still streams in, `letter` what has been committed.
 */
export function watchMarks(log: Element): void {
  window.benchPainted = {};
  const pending = new Map<string, Text>();
  let isAsked = false;
  const look = (node: Node): void => {
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    for (let at: Node | null = texts.currentNode; at !== null; at = texts.nextNode()) {
      if (!(at instanceof Text)) continue;
      const place = at.parentElement?.closest('.letter-live') ? 'live' : 'letter';
      for (const [mark] of at.data.matchAll(/mark-\d+-\w+;/g)) {
        const name = `${place} ${mark}`;
        if (!(name in window.benchPainted)) pending.set(name, at);
      }
    }
    if (pending.size === 0 || isAsked) return;
    isAsked = true;
    requestAnimationFrame(onFrame);
  };
  const onFrame = (): void => {
    // A message is heard only after the frame that is being made has been painted, and what observers of
    // sizes do before that has been done.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      onPainted(Date.now());
    };
    port2.postMessage(null);
  };
  const onPainted = (now: number): void => {
    const view = log.getBoundingClientRect();
    for (const [name, text] of pending) {
      const range = document.createRange();
      range.selectNode(text);
      const { top, bottom, height } = range.getBoundingClientRect();
      if (height > 0 && top < view.bottom && bottom > view.top) window.benchPainted[name] ??= now;
      else if (text.isConnected) continue;
      pending.delete(name);
    }
    isAsked = pending.size > 0;
    if (isAsked) requestAnimationFrame(onFrame);
  };
  new MutationObserver((changes) => {
    for (const { addedNodes, target, type } of changes) {
      if (type === 'characterData') look(target);
      else for (const node of addedNodes) look(node);
    }
  }).observe(log, { subtree: true, childList: true, characterData: true });
}

/** Waits until a mark has been painted; rejects when that takes longer than any machine does. */
export async function whenPainted(name: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(name in window.benchPainted)) {
    if (Date.now() > deadline) throw new Error(`"${name}" never came on the screen.`);
    await new Promise(requestAnimationFrame);
  }
}

/** The milliseconds between frames for so long; the page goes on with whatever it does. */
export function frameIntervals(seconds: number): Promise<number[]> {
  return new Promise((resolve) => {
    const intervals: number[] = [];
    const endAt = performance.now() + seconds * 1000;
    let before: number | undefined;
    const onFrame = (at: number): void => {
      if (before !== undefined) intervals.push(at - before);
      before = at;
      if (at < endAt) requestAnimationFrame(onFrame);
      else resolve(intervals);
    };
    requestAnimationFrame(onFrame);
  });
}
