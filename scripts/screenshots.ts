/**
 * Makes docs/screenshots/*.png: every view, light and dark, from a month of invented work through the
 * real headless host. `node scripts/screenshots.ts [NAME...]`
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { startMessagesApi } from '#demo/messages-api.ts';
import { createBrowserLauncher } from '../e2e/support/launcher.ts';
import { type RelayProcess, startRelayProcess } from '../e2e/support/relay-process.ts';
import { seedExchanges } from '../e2e/support/seed-history.ts';
import { monthBefore, playToday, sessions, showcaseScript } from '../e2e/support/showcase.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'screenshots');
const wide = { width: 1200, height: 760 };
const narrow = { width: 720, height: 480 };

interface Shot {
  name: string;
  viewport?: { width: number; height: number };
  /** `empty`: a home in which nothing has happened, without a key. */
  home?: 'empty';
  show: (page: Page, relay: RelayProcess) => Promise<void>;
}

const openSession = async (page: Page, name: string) => {
  await page.getByRole('option', { name }).first().click();
  await page.waitForTimeout(250);
};

const shots: Shot[] = [
  { name: 'window', show: async () => {} },
  {
    name: 'conversation',
    show: (page) => openSession(page, 'parser'),
  },
  { name: 'live', show: (page) => openSession(page, 'e2e-suite') },
  { name: 'long-names', show: (page) => openSession(page, 'billing webhooks') },
  {
    name: 'answering',
    show: async (page) => {
      await page.keyboard.press('r');
      await page.keyboard.type('Rename it, and tell me when the 30 days are over.');
    },
  },
  {
    name: 'menu',
    show: async (page) => {
      await page.getByRole('option', { name: 'parser' }).first().click({ button: 'right' });
    },
  },
  {
    name: 'receipt',
    show: async (page) => {
      await openSession(page, 'parser');
      await page.getByRole('listbox').focus();
      await page.keyboard.press('i');
      await page.waitForTimeout(300);
    },
  },
  { name: 'costs', show: (page) => page.keyboard.press('3') },
  { name: 'palette', show: (page) => page.keyboard.press('Control+k') },
  {
    name: 'search',
    show: async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('public API');
      await page.waitForTimeout(500);
    },
  },
  { name: 'keys', show: (page) => page.keyboard.press('?') },
  { name: 'settings', show: (page) => page.keyboard.press('Control+,') },
  ...['Brief', 'Budgets and guards', 'Claude Code', 'Tools', 'Notifications', 'Window', 'Data'].map(
    (part) => ({
      name: `settings-${part.toLowerCase().split(' ')[0]}`,
      show: async (page: Page) => {
        await page.keyboard.press('Control+,');
        await page.getByRole('button', { name: part, exact: true }).click();
        if (part === 'Notifications') await page.getByRole('button', { name: 'Show' }).click();
        await page.waitForTimeout(300);
      },
    }),
  ),
  { name: 'narrow-inbox', viewport: narrow, show: (page) => page.keyboard.press('2') },
  {
    name: 'narrow-conversation',
    viewport: narrow,
    show: async (page) => {
      await page.keyboard.press('1');
      await openSession(page, 'parser');
    },
  },
  { name: 'narrow-sessions', viewport: narrow, show: (page) => page.keyboard.press('1') },
  { name: 'narrow-costs', viewport: narrow, show: (page) => page.keyboard.press('3') },
  { name: 'first-run', home: 'empty', show: async () => {} },
  { name: 'empty', home: 'empty', show: (page) => page.keyboard.press('Escape') },
  {
    name: 'settled',
    show: async (page) => {
      await page.keyboard.press('x');
      await page.waitForTimeout(300);
      await page.keyboard.press('x');
      await page.waitForTimeout(600);
    },
  },
  {
    name: 'lost',
    show: async (page, relay) => {
      await relay.kill();
      await page.getByRole('alert').waitFor();
    },
  },
];

async function openHome(kind: 'month' | 'empty'): Promise<RelayProcess> {
  const api = await startMessagesApi({ script: showcaseScript });
  if (kind === 'empty') return startRelayProcess();
  const relay = await startRelayProcess({
    env: { ANTHROPIC_BASE_URL: api.url, ANTHROPIC_API_KEY: api.key },
    prepare: (home) => seedExchanges(home, Object.values(sessions), monthBefore(Date.now())),
  });
  await playToday(relay);
  return relay;
}

mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(2);
const launcher = await createBrowserLauncher();
const month = await openHome('month');
const empty = await openHome('empty');
for (const shot of shots) {
  if (wanted.length > 0 && !wanted.includes(shot.name)) continue;
  for (const colorScheme of ['light', 'dark'] as const) {
    const relay = shot.home === 'empty' ? empty : month;
    const page = await launcher.open(relay, {
      colorScheme,
      viewport: shot.viewport ?? wide,
      deviceScaleFactor: 1,
    });
    page.on('console', (message) => {
      if (message.type() === 'error') console.error(`${shot.name}: ${message.text()}`);
    });
    page.on('pageerror', (error) => console.error(`${shot.name}: ${error.stack}`));
    await page.locator('.window').waitFor();
    await page.waitForTimeout(500);
    await shot.show(page, relay);
    await page.waitForTimeout(150);
    await page.screenshot({ path: join(folder, `${shot.name}-${colorScheme}.png`) });
    if (shot.name === 'lost') await relay.start();
    await page.context().close();
  }
}
await launcher.close();
await Promise.all([month.close(), empty.close()]);
process.exit(0);
