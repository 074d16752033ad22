/**
 * Makes docs/screenshots/*.png: every view of `e2e/support/views.ts`, light and dark, from a month of
 * invented work through the real headless host. `node scripts/screenshots.ts [NAME...]`; without names
 * all of them, and pictures of views that are no more are taken away.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startMessagesApi } from '#demo/messages-api.ts';
import { createBrowserLauncher, type Launcher } from '../e2e/support/launcher.ts';
import { type RelayProcess, startRelayProcess } from '../e2e/support/relay-process.ts';
import { playToday, seedMonth, showcaseScript } from '../e2e/support/showcase.ts';
import { emptyViews, showView, type View, views } from '../e2e/support/views.ts';

const folder = process.env.RELAY_SCREENSHOTS ?? join(import.meta.dirname, '../docs/screenshots');
const schemes = ['light', 'dark'] as const;
type Scheme = (typeof schemes)[number];

/** Nothing leaves this computer: ntfy is off by its setting, so that its server is shown as it is. */
const usualNtfy = {
  config: 'ntfy:\n  enabled: false\n',
  env: { RELAY_NTFY_ENABLED: undefined, RELAY_NTFY_SERVER: undefined },
};

async function openMonth(): Promise<RelayProcess> {
  const api = await startMessagesApi({ script: showcaseScript });
  const relay = await startRelayProcess({
    config: usualNtfy.config,
    env: { ...usualNtfy.env, ANTHROPIC_BASE_URL: api.url, ANTHROPIC_API_KEY: api.key },
    prepare: seedMonth,
  });
  await playToday(relay);
  return relay;
}

async function takePictures(
  launcher: Launcher,
  relay: RelayProcess,
  wanted: readonly View[],
  colorScheme: Scheme,
): Promise<void> {
  const page = await launcher.open(relay, { colorScheme, deviceScaleFactor: 1 });
  let name = '';
  page.on('pageerror', (error) => console.error(`${name}: ${error.stack}`));
  for (const view of wanted) {
    name = view.name;
    await showView(view, page, relay);
    // A pointer left where the last click was would mark what is under it.
    await page.mouse.move(0, 0);
    await page.screenshot({
      path: join(folder, fileOf(view, colorScheme)),
      animations: 'disabled',
    });
    await view.close?.(page, relay);
  }
  await page.context().close();
}

const fileOf = ({ name }: View, scheme: Scheme): string => `${name}-${scheme}.png`;

function removeStale(): void {
  const made = new Set(
    [...views, ...emptyViews].flatMap((view) => schemes.map((one) => fileOf(view, one))),
  );
  for (const file of readdirSync(folder)) if (!made.has(file)) rmSync(join(folder, file));
}

mkdirSync(folder, { recursive: true });
const names = process.argv.slice(2);
const chosen = (from: readonly View[]) =>
  from.filter(({ name }) => names.length === 0 || names.includes(name));
const launcher = await createBrowserLauncher();
for (const scheme of schemes) {
  const [some, someEmpty] = [chosen(views), chosen(emptyViews)];
  if (some.length > 0) {
    // One each, since some views leave their mark: what is dismissed stays so.
    const month = await openMonth();
    await takePictures(launcher, month, some, scheme);
    await month.close();
  }
  if (someEmpty.length > 0) {
    const empty = await startRelayProcess(usualNtfy);
    await takePictures(launcher, empty, someEmpty, scheme);
    await empty.close();
  }
}
await launcher.close();
if (names.length === 0) removeStale();
process.exit(0);
