/** Where the browser tells no idle time (Safari), so much is taken at once: half a frame. */
const sliceMs = 8;

/**
 * Calls back when there is nothing else to do.
 * @param work gets how many milliseconds are left, to be asked again and again
 * @returns how to take it back
 */
export function onIdle(work: (timeLeftMs: () => number) => void): () => void {
  if (typeof requestIdleCallback !== 'function') {
    const timer = setTimeout(() => {
      const startedMs = performance.now();
      work(() => startedMs + sliceMs - performance.now());
    }, sliceMs);
    return () => clearTimeout(timer);
  }
  const asked = requestIdleCallback((deadline) => work(() => deadline.timeRemaining()));
  return () => cancelIdleCallback(asked);
}
