import { setTimeout as delay } from 'node:timers/promises';
import { connectRelay, type RemoteRelay } from '#core/rpc/client.ts';
import type { RelayEvent } from '#shared/events.ts';
import { eventLine } from '../event-line.ts';
import type { CommandContext } from '../terminal.ts';
import { terminalJson } from '../text.ts';
import { refused, withRelay } from '../with-relay.ts';

/** How many events are shown from before, so that a look is not empty. */
const eventsBefore = 10;
/** How often a relay that went away is looked for. */
const reconnectMs = 500;

/**
 * The live stream, until the person ends it. Goes on over restarts of the relay without gap or
 * double; `after` begins at a sequence number.
 */
export function tail(
  context: CommandContext,
  options: { json?: boolean; after?: number },
): Promise<number> {
  const show = (event: RelayEvent) =>
    context.terminal.write(
      options.json ? `${terminalJson(event)}\n` : eventLine(event, context.terminal.columns),
    );
  return withRelay(context, async (relay) => {
    const status = await relay.call('status', {});
    if (!status.ok) return refused(context, status.error);
    let cursor = options.after ?? Math.max(0, status.value.seq - eventsBefore);
    for (let current = relay; ; current = await waitForRelay(context.home)) {
      cursor = await follow(current, cursor, show);
    }
  });
}

/** Shows what comes until the relay is gone; resolves with the last sequence number shown. */
function follow(
  relay: RemoteRelay,
  after: number,
  show: (event: RelayEvent) => void,
): Promise<number> {
  return new Promise((resolve) => {
    let cursor = after;
    relay.stream(
      after,
      (item) => {
        if (item.kind !== 'event') return;
        cursor = item.event.seq;
        show(item.event);
      },
      () => resolve(cursor),
    );
  });
}

async function waitForRelay(home: string): Promise<RemoteRelay> {
  for (;;) {
    await delay(reconnectMs);
    const relay = await connectRelay(home);
    if (relay !== undefined) return relay;
  }
}
