import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Settings } from '#shared/settings.ts';
import { openDesk } from '../engine/testing/engine-desk.ts';
import { session } from '../engine/testing/pure-relay.ts';
import { step } from '../engine/testing/random-steps.ts';
import { World } from '../engine/testing/random-world.ts';
import { createDrives } from './drives.ts';

const sessionIds = ['s1', 's2', 's3'].map(session);
const settings = () =>
  Settings.parse({ drives: { enabled: true, confidenceHalfLifeMinutes: 20 } }).drives;

test('heard as it happens or read again, before and after a rebuild, it is the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(step, fc.boolean()), { minLength: 20, maxLength: 80, size: 'max' }),
      async (steps) => {
        using desk = await openDesk({ pingPongRepeats: 2 });
        const world = new World(desk, false);
        const options = { ...desk, settings, now: () => desk.now };
        const listening = createDrives(options);
        const ask = (drives = createDrives(options)) => {
          const all = sessionIds.map((id) => drives.ofSession(id));
          if (drives !== listening) drives.stop();
          return all;
        };
        for (const [one, isAsked] of steps) {
          await world.take(one);
          // From the first look on, it follows the bus.
          if (isAsked) ask(listening);
        }
        const heard = ask(listening);
        expect(ask()).toEqual(heard);
        desk.store.rebuild();
        expect(ask()).toEqual(heard);
        for (const { level } of heard.flatMap(({ drives }) => drives)) {
          expect(level).toBeGreaterThanOrEqual(0);
          expect(level).toBeLessThanOrEqual(1);
        }
        listening.stop();
      },
    ),
    { numRuns: 60 },
  );
}, 300_000);
