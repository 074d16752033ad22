import { expect, test } from 'vitest';
import type { Campaign } from './campaign.ts';
import { chanceFrom } from './chance.ts';

/** The same in every run of the tests, so that one that fails here fails everywhere. */
const seed = 20261121;

/** The short form of a campaign as a test; a failure says how to repeat it. */
export function testShortForm(campaign: Campaign, timeoutMs = 120_000): void {
  test(`${campaign.name}: ${campaign.about}`, { timeout: timeoutMs }, async () => {
    const said: string[] = [];
    const {
      rows,
      failures,
      leftOut = [],
    } = await campaign.run({
      ...{ seed, size: 'short', chance: chanceFrom(seed) },
      say: (line) => said.push(line),
    });
    for (const one of leftOut) console.warn(`${campaign.name} leaves out: ${one}`);
    const again = `npm run torture -- ${campaign.name} --seed ${seed} --short`;
    expect(failures, `${again}\n${said.slice(-20).join('\n')}`).toEqual([]);
    expect(rows.length).toBeGreaterThan(0);
  });
}
