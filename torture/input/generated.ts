import fc from 'fast-check';
import type { Orders } from '../campaign.ts';
import type { RelayRun } from '../relay-run.ts';
import { batchOf } from './envelopes.ts';
import { type Counts, openQueueDesk, printed } from './queue-desk.ts';

const mostShrinks = 25;

/** Generated envelopes, whole batches at one moment, until there were as many as are wanted. */
export async function layGenerated(
  relay: RelayRun,
  { seed, size, say }: Orders,
): Promise<{ row: Counts; failures: string[] }> {
  const desk = openQueueDesk(relay);
  const wanted = size === 'long' ? 10_000 : 60;
  const failures: string[] = [];
  for (let round = 0; desk.counts.files < wanted && failures.length < 5; round += 1) {
    let failed = 0;
    const result = await fc.check(
      fc.asyncProperty(batchOf(size === 'long' ? 120 : 80), async (batch) => {
        // Each waits for what does not come: what is small enough by now is told as it is.
        if (failed >= mostShrinks) return;
        const problems = await desk.check(batch);
        if (problems.length === 0) return;
        failed += 1;
        if (failed === 1) say(problems.slice(0, 3).join(' '));
        throw new Error(problems.slice(0, 3).join(' '));
      }),
      { seed: seed + round, numRuns: size === 'long' ? 10 : 1 },
    );
    if (result.failed) {
      const smallest = result.counterexample?.[0].map(printed).join('; ') ?? '';
      const why = result.errorInstance instanceof Error ? result.errorInstance.message : '';
      failures.push(`${why} Smallest batch (seed ${seed + round}): ${smallest}`);
    }
    say(`${desk.counts.files} envelopes, ${failures.length} failures`);
  }
  await desk.clear();
  return { row: desk.counts, failures };
}
