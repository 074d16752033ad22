import type { StreamItem } from '#shared/rpc.ts';
import type { Logger } from '../settings/logs.ts';

export type Listener = (item: StreamItem) => void;

/** Who follows what happens; one that fails keeps no other from hearing. */
export interface Listeners {
  tell(item: StreamItem): void;
  /** @returns ends it */
  add(listener: Listener): () => void;
}

export function createListeners(log: Logger): Listeners {
  const listeners = new Set<Listener>();
  return {
    tell(item) {
      for (const listener of [...listeners]) {
        try {
          listener(item);
        } catch (error) {
          log.error({ error }, 'a listener failed');
        }
      }
    },
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
