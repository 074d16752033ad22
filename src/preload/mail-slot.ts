export interface MailSlot<T> {
  put(value: T): void;
  /** Gives the listener what was put last if nobody has had it yet. Returns how to stop. */
  listen(listener: (value: T) => void): () => void;
}

/**
 * What was put before anybody listened waits for the first listener: a notification that is clicked
 * while the window still loads must open its item all the same.
 */
export function createMailSlot<T>(): MailSlot<T> {
  const listeners = new Set<(value: T) => void>();
  let waiting: { value: T } | undefined;
  return {
    put(value) {
      if (listeners.size === 0) waiting = { value };
      for (const listener of [...listeners]) listener(value);
    },
    listen(listener) {
      listeners.add(listener);
      if (waiting) listener(waiting.value);
      waiting = undefined;
      return () => listeners.delete(listener);
    },
  };
}
