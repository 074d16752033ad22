import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Orders } from '../campaign.ts';
import { becomes, type RelayRun } from '../relay-run.ts';

/** How long whoever asks how it goes may wait meanwhile. */
const longestWaitMs = 3_000;
/** Of memory, with everything that lies there listed. */
const mostMb = 700;

/** So many files at one moment, every tenth of them hostile. */
export async function layManyFiles(
  relay: RelayRun,
  { size, chance, say }: Orders,
): Promise<{ failures: string[]; row: Record<string, number> }> {
  const queue = path.join(relay.home, 'queue');
  const count = size === 'long' ? 100_000 : 600;
  await relay.newEvents();
  relay.freeze();
  const isBad = Array.from({ length: count }, () => chance.happens(0.1));
  for (let n = 0; n < count; n += 1) {
    const file = path.join(queue, `${n}.json`);
    const value = { session_id: `many-${n % 50}`, ...(isBad[n] ? {} : { content: `word ${n}` }) };
    writeFileSync(file, JSON.stringify(value));
    // In the order in which they were made, by a clock that no file system rounds away.
    utimesSync(file, 1_600_000_000 + n, 1_600_000_000 + n);
  }
  relay.thaw();
  const startedMs = performance.now();
  let slowestMs = 0;
  const isDrained = await becomes(
    async () => {
      const askedMs = performance.now();
      const { seq } = await relay.call('status', {});
      slowestMs = Math.max(slowestMs, performance.now() - askedMs);
      const left = readdirSync(queue).length - 1;
      say(`${left} files left, ${seq} events`);
      await delay(size === 'long' ? 2_000 : 100);
      return left === 0;
    },
    size === 'long' ? 900_000 : 30_000,
  );
  const seconds = (performance.now() - startedMs) / 1000;
  const failures: string[] = [];
  if (!isDrained) failures.push(`${readdirSync(queue).length - 1} files still lie in the queue.`);
  let accepted = 0;
  let rejected = 0;
  let last = -1;
  for (const event of await relay.newEvents()) {
    if (event.type === 'envelope.rejected') rejected += 1;
    if (event.type !== 'envelope.accepted') continue;
    accepted += 1;
    const n = Number.parseInt(event.payload.name, 10);
    if (n < last && failures.length < 3) failures.push(`${n} was taken after ${last}.`);
    last = Math.max(last, n);
  }
  const bad = isBad.filter(Boolean).length;
  if (accepted !== count - bad) failures.push(`${accepted} of ${count - bad} were accepted.`);
  if (rejected !== bad) failures.push(`${rejected} of ${bad} were rejected.`);
  if (slowestMs > longestWaitMs) {
    failures.push(`A look at the status took ${Math.round(slowestMs)} ms.`);
  }
  const peakMb = relay.peakMb() ?? 0;
  if (peakMb > mostMb) failures.push(`It held ${peakMb} MB at once.`);
  const aSecond = Math.round(count / seconds);
  return {
    failures,
    row: { files: count, accepted, rejected, peakMb, aSecond, slowestMs: Math.round(slowestMs) },
  };
}
