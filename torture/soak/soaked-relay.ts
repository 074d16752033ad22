/**
 * A relay as a process of its own, with a clock that may run faster, that tells what it holds:
 * `node --expose-gc soaked-relay.ts HOME`. Speaks with its parent by messages (`Order`, `Report`).
 */
import './quick-clock.ts';
import { openRelay } from '#core/relay.ts';
import type { ItemId } from '#shared/ids.ts';
import { type Measures, measure } from './measures.ts';

export type Order = 'measure' | 'stop';
export type Report =
  | { kind: 'ready' }
  | ({ kind: 'measures'; seq: number; at: number } & Measures)
  | { kind: 'escalated'; itemId: string };

const [home] = process.argv.slice(2);
if (!home) throw new Error('usage: soaked-relay.ts HOME');
const opened = await openRelay({ home, env: process.env, host: 'headless', version: 'soak' });
if (!opened.ok) throw new Error(opened.error.message);
const { relay } = opened;
const tell = (report: Report) => process.send?.(report);

const settled = new Set<string>();
let seq = 0;
// A window that stays open all the while, and answers what it is asked.
relay.port.stream(0, (item) => {
  if (item.kind !== 'event') return;
  seq = item.event.seq;
  if (item.event.type !== 'item.opened') return;
  const { itemId } = item.event.payload;
  setImmediate(() => void answer(itemId));
});

async function answer(itemId: ItemId): Promise<void> {
  if (settled.has(itemId)) return;
  settled.add(itemId);
  const input = { itemId, text: 'As you like.', direct: false, via: 'inbox' } as const;
  await relay.port.call('inbox.answer', input);
  settled.delete(itemId);
}

/** Windows that come and go, as they do in a life this long. */
async function lookIn(): Promise<void> {
  for (let window = 0; window < 5; window += 1) {
    const close = relay.port.stream(seq, () => undefined);
    await relay.port.call('snapshot', {});
    close();
  }
}

process.on('message', (order: Order) => {
  if (order === 'stop') void relay.stop().then(() => process.exit(0));
  else void lookIn().then(() => tell({ kind: 'measures', seq, at: Date.now(), ...measure() }));
});
tell({ kind: 'ready' });
