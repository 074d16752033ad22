import type { RelayEvent } from '#shared/events.ts';

export type Subscriber = (event: RelayEvent) => void;

/**
 * Committed events, in order, to whoever listens. A subscriber that throws harms nobody else: the
 * error goes to `onError` and the event to the next.
 */
export interface Bus {
  subscribe(subscriber: Subscriber): () => void;
  publish(events: readonly RelayEvent[]): void;
}

export function createBus(onError: (error: unknown) => void): Bus {
  const subscribers = new Set<Subscriber>();
  return {
    subscribe(subscriber) {
      subscribers.add(subscriber);
      return () => {
        subscribers.delete(subscriber);
      };
    },
    publish(events) {
      for (const event of events) {
        for (const subscriber of [...subscribers]) {
          try {
            subscriber(event);
          } catch (error) {
            onError(error);
          }
        }
      }
    },
  };
}
