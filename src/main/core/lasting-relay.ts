import type { RelayPort } from './relay-port.ts';

/** What is opened anew: a relay on a home, without the home's lock. */
export interface PassingRelay {
  port: RelayPort;
  stop(): Promise<void>;
}

export interface LastingOptions {
  /** @param onGone it must be opened anew: called at most once. */
  open: (onGone: () => void) => Promise<PassingRelay>;
  onError: (error: unknown) => void;
}

const tryAgainMs = 2000;

/**
 * One relay to all who use it, while the one behind it may be opened anew: its streams go on where
 * they were, and a call in between is told to come back.
 * @throws what the first opening throws
 */
export async function openLasting({ open, onError }: LastingOptions): Promise<PassingRelay> {
  const streams = new Set<() => void>();
  let isStopped = false;
  let reopening: Promise<void> = Promise.resolve();
  let current: PassingRelay | undefined = await open(onGone);

  function onGone(): void {
    reopening = reopen();
  }

  async function reopen(): Promise<void> {
    const old = current;
    current = undefined;
    await old?.stop();
    while (!isStopped && !current) {
      try {
        current = await open(onGone);
      } catch (error) {
        onError(error);
        await new Promise((resolve) => setTimeout(resolve, tryAgainMs));
      }
    }
    for (const follow of streams) follow();
  }

  const port: RelayPort = {
    async call(name, input) {
      if (current) return current.port.call(name, input);
      const message = 'Relay is just writing its database anew. Try again in a moment.';
      return { ok: false, error: { code: 'unavailable', message } };
    },
    stream(after, onItem, onEnd) {
      let last = after;
      let leave: (() => void) | undefined;
      const follow = () => {
        leave?.();
        leave = current?.port.stream(
          last,
          (item) => {
            if (item.kind === 'event') last = item.event.seq;
            onItem(item);
          },
          onEnd,
        );
      };
      streams.add(follow);
      follow();
      return () => {
        streams.delete(follow);
        leave?.();
      };
    },
  };
  return {
    port,
    async stop() {
      isStopped = true;
      await reopening;
      await current?.stop();
    },
  };
}
