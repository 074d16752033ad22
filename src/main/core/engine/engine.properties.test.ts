import fc from 'fast-check';
import { test } from 'vitest';
import { openDesk } from './testing/engine-desk.ts';
import { handStep, step } from './testing/random-steps.ts';
import { World } from './testing/random-world.ts';

/**
 * Whatever happens in whatever order: sessions speak, calls end in every way, the supervisor uses
 * tools, the owner interferes, replies are taken or not, the relay dies and comes back. After every
 * step the invariants hold.
 */

const run = { minLength: 20, maxLength: 90, size: 'max' } as const;
test('the invariants hold over any run', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, run), fc.boolean(), async (steps, holdAll) => {
      using desk = await openDesk({
        ...{ holdAll, budgetPerDayUsd: 3, budgetPerSessionUsd: 2 },
        ...{ exchangesWithoutOwner: 4, pingPongRepeats: 2 },
      });
      const world = new World(desk, holdAll);
      for (const one of steps) {
        await world.take(one);
        world.check();
      }
      world.checkStore();
    }),
    { numRuns: 100 },
  );
}, 300_000);

test('what the supervisor does by itself is asked, run, sent and scored once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(handStep, run),
      fc.constantFrom('auto' as const, 'draft' as const),
      async (steps, autonomy) => {
        using desk = await openDesk({ autonomy });
        const world = new World(desk, false);
        for (const one of steps) {
          await world.take(one);
          world.check();
        }
        world.checkStore();
      },
    ),
    { numRuns: 60 },
  );
}, 300_000);
