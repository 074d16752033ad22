import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright/test';
import { words } from '../../src/renderer/words.ts';
import { expect, test } from '../support/interface.ts';
import { partsOf } from '../support/parts.ts';
import { escalation, usualAnswer } from '../support/supervisor.ts';

const config = 'drives:\n  enabled: true\n  weights:\n    frustration.saidAgain: 0.6\n';
const question = 'It says the same again. Shall it stop?';
const said = { session_id: 'parser', content: 'The suite fails.' };

async function openDetails(page: Page) {
  const { row, details } = partsOf(page);
  await row('parser').click();
  await partsOf(page).log.press('s');
  await expect(details).toBeVisible();
  return details;
}

test.describe('drives', () => {
  test('going in circles makes the supervisor ask, and the owner sees why', async ({
    openInterface,
  }) => {
    const { page, relay, supervisor } = await openInterface({
      config,
      script: ({ body }) =>
        JSON.stringify(body.messages.at(-1)).includes('Ask the owner sooner')
          ? escalation(question, 'Yes, stop it.')
          : { text: usualAnswer },
    });
    relay.drop(said);
    expect(await relay.take('parser')).toBe(usualAnswer);
    relay.drop(said);
    await expect(partsOf(page).card(question)).toBeVisible();

    const details = await openDetails(page);
    const { names, of } = words.details.drives;
    const meter = details.getByRole('meter', { name: names.frustration });
    await expect(meter).toHaveJSProperty('value', 60);
    await expect(details.getByText(of(60))).toBeVisible();
    await expect(details.getByText('Things are going badly.')).toBeVisible();
    await expect(details.getByText('the session said the same thing again').first()).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations).toEqual([]);

    // What was sent stands in the receipt.
    await details
      .getByRole('button', { name: words.details.drives.receipt('x2') })
      .first()
      .click();
    const receipt = page.getByRole('dialog', { name: words.receipt.title('x2') });
    await expect(receipt.getByText(words.receipt.steps.told)).toBeVisible();
    await expect(receipt.getByText('Ask the owner sooner').first()).toBeVisible();
    expect(supervisor.api.calls).toHaveLength(2);
  });

  test('off, the details say so and lead to the settings', async ({ openInterface }) => {
    const { page, relay } = await openInterface();
    relay.drop(said);
    await relay.take('parser');
    const details = await openDetails(page);
    await expect(details.getByText(words.details.drives.off)).toBeVisible();
    await expect(details.getByRole('meter')).toHaveCount(0);
    const part = details.getByRole('region', { name: words.details.drives.title });
    await part.getByRole('button', { name: words.details.drives.settings }).click();
    await page.locator('[id="setting-drives.enabled"]').click();
    await page.getByRole('button', { name: words.costs.back }).click();
    await expect((await openDetails(page)).getByRole('meter')).toHaveCount(2);
  });
});
