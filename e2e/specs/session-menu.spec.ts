import type { Page } from 'playwright';
import { words } from '../../src/renderer/words.ts';
import { expect, test } from '../support/interface.ts';
import { partsOf } from '../support/parts.ts';

const menuOf = (page: Page) => page.getByRole('menu');

test('the menu of the list belongs to the row it was asked for', async ({ openInterface }) => {
  const { page, relay } = await openInterface();
  for (const id of ['docs', 'api']) {
    relay.drop({ session_id: id, content: 'The beginning.' });
    await relay.take(id);
  }
  const { row } = partsOf(page);
  const { details } = words.sessions.menu;

  await test.step('by the mouse: of the row under it, and of none beside the rows', async () => {
    await row('docs').click();
    await page.locator('.group-head').first().click({ button: 'right' });
    await expect(menuOf(page)).toHaveCount(0);
    const list = page.getByRole('listbox', { name: words.sessions.title });
    const box = await list.boundingBox();
    if (box === null) throw new Error('The list is not there.');
    // Below the last row.
    await list.click({ button: 'right', position: { x: 40, y: box.height - 20 } });
    await expect(menuOf(page)).toHaveCount(0);
    await row('api').click({ button: 'right' });
    await menuOf(page).getByRole('menuitem', { name: details }).click();
    await expect(page.getByRole('heading', { name: 'api' })).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('by its key: of the row that is chosen', async () => {
    await row('docs').click();
    await page.getByRole('listbox', { name: words.sessions.title }).focus();
    await page.keyboard.press('Shift+F10');
    await menuOf(page).getByRole('menuitem', { name: details }).press('Enter');
    await expect(page.getByRole('heading', { name: 'docs' })).toBeVisible();
  });
});
