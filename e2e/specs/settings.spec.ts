import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { words } from '../../src/renderer/words.ts';
import { expect, test } from '../support/interface.ts';

test.describe('the settings', () => {
  test('a change is written to config.yaml, and a file edit shows at once', async ({
    openInterface,
  }) => {
    const { page, relay } = await openInterface();
    const config = path.join(relay.home, 'config.yaml');
    await page.getByRole('button', { name: words.sessions.settings }).click();
    await page.getByRole('button', { name: words.settings.parts.budget, exact: true }).click();
    const perDay = page.locator('[id="setting-budget.perDayUsd"]');
    await expect(perDay).toHaveValue('10');
    await perDay.fill('25');
    await perDay.press('Enter');
    await expect.poll(() => readFileSync(config, 'utf8')).toMatch(/perDayUsd: 25\b/);

    writeFileSync(config, readFileSync(config, 'utf8').replace('perDayUsd: 25', 'perDayUsd: 40'));
    await expect(perDay).toHaveValue('40');
  });

  test('a value that cannot be is refused with a sentence', async ({ openInterface }) => {
    const { page } = await openInterface();
    await page.getByRole('button', { name: words.sessions.settings }).click();
    const maxTokens = page.locator('[id="setting-supervisor.maxTokens"]');
    await maxTokens.fill('3');
    await maxTokens.press('Enter');
    await expect(page.getByRole('alert')).toContainText('supervisor.maxTokens is 3');
    await expect(maxTokens).toHaveValue('16000');
  });

  test('the key is tested, and never shown', async ({ openInterface }) => {
    const { page, supervisor } = await openInterface();
    await page.getByRole('button', { name: words.sessions.settings }).click();
    await page.getByRole('button', { name: words.settings.keyTest, exact: true }).click();
    await expect(page.getByRole('status').filter({ hasText: 'claude-sonnet-5-5' })).toBeVisible();
    expect(await page.content()).not.toContain(supervisor.api.key);
  });

  test('hooks are shown before they are written, and taken out again', async ({
    openInterface,
  }) => {
    const { page, relay } = await openInterface();
    const file = path.join(relay.userHome, '.claude', 'settings.json');
    await page.getByRole('button', { name: words.sessions.connect }).click();
    await page.getByRole('button', { name: words.settings.connectUser }).click();
    await expect(page.locator('.diff')).toContainText('stop.sh');
    await page.getByRole('button', { name: words.settings.makeChange }).click();
    await expect(page.getByText(words.settings.connectedFile, { exact: true })).toBeVisible();
    expect(readFileSync(file, 'utf8')).toContain('stop.sh');

    await page.getByRole('button', { name: words.settings.disconnect }).click();
    await page.getByRole('button', { name: words.settings.makeChange }).click();
    await expect(page.getByText(words.settings.notConnected)).toBeVisible();
    expect(() => readFileSync(file)).toThrow();
  });

  test('the first steps prove the key and watch the first exchange', async ({ openInterface }) => {
    const { page, relay, supervisor } = await openInterface({ key: false, firstRun: true });
    const text = words.firstRun;
    await page.getByRole('textbox', { name: words.settings.key }).fill(supervisor.api.key);
    await page.getByRole('button', { name: words.settings.keySave }).click();
    await expect(page.getByText(text.proven)).toHaveCount(1);
    relay.drop({ session_id: 'first', content: 'Hello.' });
    await expect(page.getByText(text.sessionSeen('first'))).toBeVisible();
    await relay.take('first');
    await expect(page.getByText(text.proven)).toHaveCount(3);
  });
});
