import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';
import { words } from '../../src/renderer/words.ts';
import { expect, test } from '../support/interface.ts';
import { playToday, seedMonth, showcaseScript } from '../support/showcase.ts';
import { showView, views } from '../support/views.ts';

async function complaintsOf(page: Page): Promise<string[]> {
  // The legacy mode stays in this page; the other gathers its results in a second one, which the
  // desktop does not open.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing to complain about in any view, ${colorScheme}`, async ({
    openInterface,
  }) => {
    test.setTimeout(240_000);
    const { page, relay } = await openInterface({
      look: { colorScheme },
      script: showcaseScript,
      prepare: seedMonth,
    });
    await playToday(relay);
    for (const view of views) {
      await test.step(view.name, async () => {
        await showView(view, page, relay);
        expect.soft(await complaintsOf(page), view.name).toEqual([]);
        await view.close?.(page, relay);
      });
    }
  });
}

test('axe finds nothing to complain about in an empty home', async ({ openInterface }) => {
  const { page } = await openInterface({ key: false, firstRun: true });
  await expect(page.getByRole('heading', { name: words.firstRun.title })).toBeVisible();
  expect(await complaintsOf(page)).toEqual([]);
  await page.getByRole('button', { name: words.firstRun.later }).click();
  await expect(page.getByText(words.sessions.none).first()).toBeVisible();
  expect(await complaintsOf(page)).toEqual([]);
});
