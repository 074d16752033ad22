import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright/test';
import type { SettingsPart } from '../../src/renderer/state/settings-parts.ts';
import { words } from '../../src/renderer/words.ts';
import { ExchangeId } from '../../src/shared/ids.ts';
import { expect, test } from '../support/interface.ts';

const text = words.settings;

async function openPart(page: Page, part: SettingsPart) {
  await page.keyboard.press('Control+,');
  await page.getByRole('button', { name: text.parts[part], exact: true }).press('Enter');
}

test('additions are proposed, shown, discarded or applied', async ({ openInterface }) => {
  const { page, relay, supervisor } = await openInterface();
  await openPart(page, 'brief');
  const propose = page.getByRole('button', { name: text.learning.propose });
  await propose.press('Enter');
  await expect(page.getByText(/Nothing has been corrected/)).toBeVisible();

  supervisor.willSay({ text: 'Push it.' });
  relay.drop({ session_id: 'docs', content: 'Done. Shall I push?' });
  await relay.take('docs');
  await relay.call('exchange.score', { exchangeId: ExchangeId.parse('x1'), score: 'wrong' });
  supervisor.willSay({ text: '- Look at the diff before you let it push.' });
  await propose.press('Enter');
  const added = page.locator('.diff-added', { hasText: 'Look at the diff before' });
  await expect(added).toBeVisible();
  const instructions = async () => (await relay.call('instructions.get', {})).text;
  expect(await instructions()).not.toContain('Look at the diff before');
  await page.getByRole('button', { name: text.learning.discard }).press('Enter');
  await expect(added).toHaveCount(0);

  supervisor.willSay({ text: '- Look at the diff before you let it push.' });
  await propose.press('Enter');
  await page.getByRole('button', { name: text.learning.apply }).press('Enter');
  await expect(page.getByText(text.learning.applied)).toBeVisible();
  expect(await instructions()).toContain('Look at the diff before you let it push.');
  await expect(page.getByRole('textbox', { name: text.brief })).toHaveValue(/Look at the diff/);
});

test('tools and plug-ins are set where they are listed', async ({ openInterface }) => {
  const { page, relay } = await openInterface({
    prepare(home) {
      const folder = path.join(home, 'tools', 'weather');
      mkdirSync(folder, { recursive: true });
      const manifest = { name: 'weather', description: 'Tells the weather.', module: 'index.mjs' };
      writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(manifest));
      writeFileSync(
        path.join(folder, 'index.mjs'),
        "export default { tools: [{ name: 'weather', description: 'Tells the weather.', inputSchema: { type: 'object' }, execute: async () => 'Rain' }] };",
      );
    },
  });
  await openPart(page, 'tools');
  const plugIn = page.getByRole('checkbox', { name: /weather/ });
  await expect(plugIn).not.toBeChecked();
  await plugIn.press('Space');
  await expect(page.getByText(text.plugIns.brings('weather'))).toBeVisible();

  const policy = page.getByRole('combobox', { name: text.table.value('weather') });
  await policy.selectOption('deny');
  const found = async () =>
    (await relay.call('tools.list', {})).find(({ name }) => name === 'weather');
  await expect.poll(found).toMatchObject({ policy: 'deny', origin: 'settings' });
  await plugIn.press('Space');
  await expect.poll(found).toBeUndefined();
  // The rule is still there to be seen, and to be taken out.
  await page.getByRole('button', { name: text.table.remove('weather') }).press('Enter');
  await expect(page.getByText(text.tools.notThere)).toHaveCount(0);
});
