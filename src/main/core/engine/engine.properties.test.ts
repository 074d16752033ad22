import fc from 'fast-check';
import { test } from 'vitest';
import { openDesk } from './testing/engine-desk.ts';
import { step, World } from './testing/random-world.ts';

/**
 * Whatever happens in whatever order: sessions speak, calls end in every way, the owner interferes,
 * replies are taken or not, the relay dies and comes back. After every step the invariants hold.
 */

test('the invariants hold over any run', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 90, size: 'max' }),
      fc.boolean(),
      async (steps, holdAll) => {
        using desk = await openDesk({
          ...{ holdAll, budgetPerDayUsd: 3, budgetPerSessionUsd: 2 },
          ...{ exchangesWithoutOwner: 4, pingPongRepeats: 2 },
        });
        const world = new World(desk, holdAll);
        for (const one of steps) {
          world.take(one);
          world.check();
        }
        world.checkStore();
      },
    ),
    { numRuns: 100 },
  );
}, 60_000);
