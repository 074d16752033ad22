import type { RelayPort } from '#core/relay-port.ts';
import { connectRelay } from '#core/rpc/client.ts';
import type { FoundRelay } from './relay-link.ts';

/** The relay that holds this home, whoever started it; undefined where none answers. */
async function attachRelay(home: string): Promise<FoundRelay | undefined> {
  const port = await connectRelay(home);
  if (port === undefined) return undefined;
  const status = await port.call('status', {});
  if (!status.ok) return undefined;
  const gone = watchForEnd(port, status.value.seq);
  return {
    place: 'attached',
    port,
    onGone: gone.listen,
    release: async () => gone.stop(),
  };
}

/**
 * The same, but undefined as soon as `stopping` is aborted: a relay that hangs takes a connection and
 * then says nothing for as long as a call may take.
 */
export function attachUnless(stopping: AbortSignal, home: string): Promise<FoundRelay | undefined> {
  if (stopping.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const giveUp = () => resolve(undefined);
    stopping.addEventListener('abort', giveUp, { once: true });
    void attachRelay(home).then((relay) => {
      stopping.removeEventListener('abort', giveUp);
      // Too late for who has asked: the connection ends with this.
      if (stopping.aborted) void relay?.release();
      resolve(relay);
    });
  });
}

/** A stream that nobody reads tells when the far end is gone, also when nothing happens. */
function watchForEnd(port: RelayPort, after: number) {
  const listeners = new Set<() => void>();
  let isGone = false;
  const stop = port.stream(
    after,
    () => {},
    () => {
      isGone = true;
      for (const listener of [...listeners]) listener();
    },
  );
  return {
    stop,
    listen(listener: () => void) {
      if (isGone) queueMicrotask(listener);
      else listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
