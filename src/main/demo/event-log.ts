import type { RelayPort } from '#core/relay-port.ts';
import type { EventType, RelayEvent } from '#shared/events.ts';

/** The relay's events as they come, to wait for. */
export interface EventLog {
  /** The first event after `afterSeq` of this type that matches. Rejects when `signal` aborts. */
  next<T extends EventType>(
    type: T,
    matches?: (event: RelayEvent<T>) => boolean,
    afterSeq?: number,
  ): Promise<RelayEvent<T>>;
  lastSeq(): number;
  close(): void;
}

export function createEventLog(port: RelayPort, signal: AbortSignal): EventLog {
  const events: RelayEvent[] = [];
  const waiters = new Set<() => void>();
  const close = port.stream(0, (item) => {
    if (item.kind !== 'event') return;
    events.push(item.event);
    for (const look of [...waiters]) look();
  });

  return {
    next(type, matches = () => true, afterSeq = 0) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = events.find(
            // The type is compared first, so it is an event of that type.
            (event) => event.seq > afterSeq && event.type === type && matches(event as never),
          );
          if (!found) return;
          done();
          // As above.
          resolve(found as never);
        };
        const onAbort = () => {
          done();
          reject(signal.reason);
        };
        const done = () => {
          waiters.delete(look);
          signal.removeEventListener('abort', onAbort);
        };
        if (signal.aborted) return onAbort();
        signal.addEventListener('abort', onAbort);
        waiters.add(look);
        look();
      });
    },
    lastSeq: () => events.at(-1)?.seq ?? 0,
    close,
  };
}
