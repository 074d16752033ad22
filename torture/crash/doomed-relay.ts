/**
 * A relay that is made to be killed, a process of its own. It loads everything, says so, and waits for
 * its orders, so that the next one is ready as soon as the last one is dead.
 */
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { openRelay, type Relay } from '#core/relay.ts';
import type { DoomedOrders, DoomedSays } from './doomed-relays.ts';

let relay: Relay | undefined;

function say(said: DoomedSays): void {
  process.send?.(said);
}

async function open({ home, env, dieAt }: Extract<DoomedOrders, { kind: 'open' }>): Promise<void> {
  let left = dieAt?.times ?? 0;
  const opened = await openRelay({
    ...{ home, env, host: 'headless', version: 'torture' },
    atPoint(point) {
      if (point !== dieAt?.point) return;
      left -= 1;
      if (left > 0) return;
      // Nothing of this process may follow; a message to the parent would be sent later.
      writeSync(1, `${point}\n`);
      process.kill(process.pid, 'SIGKILL');
    },
  });
  if (!opened.ok) throw new Error(opened.error.message);
  relay = opened.relay;
  say({ kind: 'opened' });
}

async function isAtRest(): Promise<boolean> {
  const status = await relay?.port.call('status', {});
  return status?.ok === true && status.value.queued === 0 && status.value.inbox === 0;
}

process.on('message', (message) => {
  // Only doomed-relays.ts speaks to this process.
  const orders = message as DoomedOrders;
  switch (orders.kind) {
    case 'open':
      void open(orders);
      return;
    case 'keep-compiled':
      flushCompileCache();
      say({ kind: 'kept' });
      return;
    case 'rest?':
      void isAtRest().then((isResting) => say({ kind: 'rest', isResting }));
      return;
    case 'stop':
      void relay?.stop().then(() => process.exit(0));
  }
});
say({ kind: 'loaded' });
