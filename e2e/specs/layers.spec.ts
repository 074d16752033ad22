import { words } from '../../src/renderer/words.ts';
import { expect, test } from '../support/interface.ts';
import { partsOf } from '../support/parts.ts';

test('no key is lost that comes right behind the one that opens a layer', async ({
  openInterface,
}) => {
  const { page, relay } = await openInterface();
  relay.drop({ session_id: 'shop', content: 'Ready.' });
  await relay.take('shop');
  await partsOf(page).row('shop').click();
  for (let round = 0; round < 5; round += 1) {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('shop');
    const palette = page.getByRole('dialog', { name: words.palette.title });
    await expect(palette.getByRole('combobox')).toHaveValue('shop');
    await page.keyboard.press('Escape');
    await expect(palette).toHaveCount(0);
  }
  // From one layer straight into the next.
  await page.keyboard.press('Control+k');
  await page.keyboard.type(words.actions.search);
  await page.keyboard.press('Enter');
  await page.keyboard.type('Ready');
  await expect(page.getByRole('combobox', { name: words.search.placeholder })).toHaveValue('Ready');
});

test('a search shows where the words stand, and can keep to one session', async ({
  openInterface,
}) => {
  const { page, relay } = await openInterface();
  const long = `${'Much was said before. '.repeat(20)}The harbour is frozen.`;
  for (const id of ['shop', 'docs']) {
    relay.drop({ session_id: id, content: `${id}: ${long}` });
    await relay.take(id);
  }
  await partsOf(page).row('docs').click();
  await page.keyboard.press('Escape');
  await page.getByRole('log').focus();
  await page.keyboard.press('/');
  await page.keyboard.type('harbour frozen');
  const dialog = page.getByRole('dialog');
  const hits = dialog.getByRole('option');
  await expect(hits).toHaveCount(2);
  await expect(hits.first().locator('mark')).toHaveText(['harbour', 'frozen']);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await expect(hits).toHaveCount(1);
  await expect(hits).toContainText('docs');
});
