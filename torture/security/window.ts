import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Locator, Page } from 'playwright';
import { startMessagesApi } from '#demo/messages-api.ts';
import { whyNoRig } from '../../e2e/desktop/rig.ts';
import { findBrowser, whyNoBrowser } from '../../e2e/support/browser.ts';
import { createBrowserLauncher, type Launcher } from '../../e2e/support/launcher.ts';
import { heapOf } from '../../e2e/support/page-memory.ts';
import { partsOf } from '../../e2e/support/parts.ts';
import { type RelayProcess, startRelayProcess } from '../../e2e/support/relay-process.ts';
import { words } from '../../src/renderer/words.ts';
import type { Orders, Row } from '../campaign.ts';
import { becomes } from '../relay-run.ts';
import { canary, findCanaries } from './canary.ts';
import { corpus } from './corpus.ts';
import { attackLive, hostileAnswer, hostileConfig, seedHostileHome } from './hostile-home.ts';

import { type WatchedWindow, watchWindow } from './watched-window.ts';

const hosts = {
  browser: { why: () => (findBrowser() ? undefined : whyNoBrowser), launch: createBrowserLauncher },
  window: { why: whyNoRig, launch: launchWindow },
} as const;

/**
 * A home in which every text is an attack, shown in every view of the interface, in a browser and in
 * Relay's own window: nothing runs, calls, leaves, covers the page or reads as what it is not; and a key
 * is not in the page's memory.
 */
export async function tryWindow({
  size,
  say,
}: Orders): Promise<{ rows: Row[]; failures: string[] }> {
  const rows: Row[] = [];
  const failures: string[] = [];
  if (size === 'short') {
    say('LEFT OUT: the window; e2e/specs/hostile-content.spec.ts shows it a smaller corpus.');
    return { rows, failures };
  }
  for (const [name, { why, launch }] of Object.entries(hosts)) {
    const reason = why();
    if (reason !== undefined) {
      say(`LEFT OUT: the ${name}. ${reason}`);
      continue;
    }
    const launcher = await launch();
    try {
      const found = await tryOne(launcher, name, say);
      rows.push({
        part: `attacks in the ${name}`,
        tries: found.looks,
        failures: found.problems.length,
      });
      failures.push(...found.problems.map((problem) => `${name}: ${problem}`));
    } finally {
      await launcher.close();
    }
  }
  return { rows, failures };
}

/** Loaded only where it can run: it brings the rig. */
async function launchWindow(): Promise<Launcher> {
  const { createDesktopLauncher } = await import('../../e2e/desktop/launcher.ts');
  return createDesktopLauncher();
}

async function tryOne(launcher: Launcher, name: string, say: (line: string) => void) {
  const beacon = await listenForCalls();
  const attacks = corpus(beacon.url);
  const key = canary('the key', `sk-ant-api03-canary${randomBytes(24).toString('hex')}`);
  const api = await startMessagesApi({
    key: key.value,
    script: (call) => hostileAnswer(call, attacks),
  });
  const relay = await startRelayProcess({
    env: { ANTHROPIC_BASE_URL: api.url, ANTHROPIC_API_KEY: key.value },
    config: hostileConfig(attacks),
    prepare: (home) => seedHostileHome(home, attacks),
  });
  try {
    const page = await launcher.open(relay);
    const isOwn = (url: string) =>
      url.startsWith(`http://127.0.0.1:${relay.port()}/`) ||
      url.startsWith('relay://app/') ||
      url === 'about:blank';
    const watched = await watchWindow(page, isOwn);
    await attackLive(relay, attacks, 40);
    await becomes(async () => (await relay.call('status', {})).inbox > 3, 60_000);
    say(`${name}: ${attacks.length} attacks are laid`);
    const walked = await walk(page, relay, watched, say);
    const memory = findCanaries(await heapOf(page), [key], 'the memory of the page');
    const calls = beacon.calls.map((url) => `The beacon was called: ${url}.`);
    await page.context().close();
    return {
      looks: watched.looks(),
      problems: [...watched.problems(), ...walked, ...memory, ...calls],
    };
  } finally {
    await relay.close();
    await api.close();
    await beacon.close();
  }
}

/** By every view; what could not be opened is a failure, too. */
async function walk(
  page: Page,
  relay: RelayProcess,
  watched: WatchedWindow,
  say: (line: string) => void,
): Promise<string[]> {
  const failures: string[] = [];
  const parts = partsOf(page);
  const visit = async (where: string, open: () => Promise<unknown>) => {
    try {
      await open();
      await watched.look(where);
    } catch (error) {
      const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
      failures.push(`${where} could not be shown: ${why}`);
    }
    await page.keyboard.press('Escape');
  };
  page.setDefaultTimeout(15_000);
  await page.keyboard.press('1');
  const rows = await parts.sessions.getByRole('option').count();
  for (let index = 0; index < rows; index += 1) {
    await visit(`session ${index}`, async () => {
      await parts.sessions.getByRole('option').nth(index).click();
      await scrollThrough(parts.log, () => watched.look(`the conversation of session ${index}`));
    });
    if (index > 3) continue;
    await visit(`details ${index}`, async () => {
      await parts.log.press('s');
      await parts.details.waitFor();
      await unfold(parts.details);
    });
    await page.keyboard.press('1');
    await visit(`receipt ${index}`, async () => {
      await page.keyboard.press('i');
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      await unfold(dialog);
    });
  }
  say(`${rows} sessions were shown`);
  const cards = await parts.cards.count();
  for (let index = 0; index < cards; index += 1) {
    await visit(`item ${index}`, async () => {
      await parts.cards.nth(index).click();
      await unfold(parts.cards.nth(index));
    });
  }
  say(`${cards} items were shown`);
  await visit('search', async () => {
    await page.keyboard.press('/');
    await page.getByRole('combobox', { name: words.search.placeholder }).fill('pwned');
    await page.getByRole('dialog').getByRole('option').first().waitFor();
  });
  await visit('palette', () => page.keyboard.press('Control+k'));
  await visit('keys', () => page.keyboard.press('?'));
  await visit('costs', async () => {
    await page.keyboard.press('3');
    await page.getByRole('heading', { level: 1, name: words.costs.title }).waitFor();
    const table = page.getByText(words.costs.table, { exact: true });
    if ((await table.count()) > 0) await table.first().click();
  });
  for (const part of Object.values(words.settings.parts)) {
    await visit(`settings: ${part}`, async () => {
      await page.keyboard.press('Control+,');
      const parts = page.getByRole('navigation', { name: words.settings.title });
      await parts.getByRole('button', { name: part, exact: true }).click();
      await page.getByRole('heading', { level: 2, name: part, exact: true }).waitFor();
      await unfold(page.locator('main'));
    });
  }
  await page.keyboard.press('1');
  failures.push(...(await clickEverywhere(page, relay, watched)));
  return failures;
}

/** From the end to the beginning: what is drawn only when it is scrolled to counts too. */
async function scrollThrough(log: Locator, look: () => Promise<void>): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    await look();
    const isAtTop = await log.evaluate((scroller) => {
      scroller.scrollBy(0, -innerHeight);
      return scroller.scrollTop === 0;
    });
    if (isAtTop) break;
  }
  await look();
}

async function unfold(place: Locator): Promise<void> {
  await place.locator('details:not([open]) > summary').evaluateAll((summaries) => {
    for (const summary of summaries) if (summary instanceof HTMLElement) summary.click();
  });
}

/** On whatever an attack left to click: nothing but an https address in a window outside leads away. */
async function clickEverywhere(
  page: Page,
  relay: RelayProcess,
  watched: WatchedWindow,
): Promise<string[]> {
  const before = page.url();
  const log = partsOf(page).log;
  await log.locator('.inert-link:not([title^="https:"])').evaluateAll((links) => {
    for (const link of links) if (link instanceof HTMLElement) link.click();
  });
  await relay.call('status', {});
  await watched.look('the window after clicks');
  return page.url() === before ? [] : [`A click led to ${page.url()}.`];
}

/** A server that should never hear anything: what phones home, phones there. */
async function listenForCalls() {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server that listens has an address object; only pipes have a string.
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
