import path from 'node:path';
import { test as base, expect, type Page } from 'playwright/test';
import { words } from '../../src/renderer/words.ts';
import { whyNoRig } from '../desktop/rig.ts';
import { findBrowser, whyNoBrowser } from './browser.ts';
import { createBrowserLauncher, type Launcher, type Look, type SavedText } from './launcher.ts';
import { type RelayProcess, type RelayProcessOptions, startRelayProcess } from './relay-process.ts';
import { type Script, type Supervisor, startSupervisor } from './supervisor.ts';

export interface HostOptions {
  /** What shows the interface. */
  host: 'browser' | 'desktop';
}

export interface OpenOptions extends RelayProcessOptions {
  /** Whether a key is there from the start; without, the interface begins with the first steps. */
  key?: boolean;
  look?: Look;
  /** What the supervisor says where the spec has not told it. */
  script?: Script;
  /** A home without sessions shows the first steps; specs about something else start beyond them. */
  firstRun?: boolean;
}

/** The interface on a relay that works: what a spec needs of the world. */
export interface Interface {
  page: Page;
  relay: RelayProcess;
  supervisor: Supervisor;
  /** What the owner has in hand after an export that `press` begins. */
  saved(press: () => Promise<void>): Promise<SavedText>;
}

interface Fixtures {
  /** A relay on a scripted supervisor, in a home of its own, and the interface showing it. */
  openInterface(options?: OpenOptions): Promise<Interface>;
}

interface WorkerFixtures extends HostOptions {
  launcher: Launcher;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  host: ['browser', { scope: 'worker', option: true }],
  launcher: [
    async ({ host }, use) => {
      const launcher = host === 'desktop' ? await desktopLauncher() : await createBrowserLauncher();
      await use(launcher);
      await launcher.close();
    },
    { scope: 'worker' },
  ],
  openInterface: async ({ launcher }, use) => {
    const closing: (() => Promise<unknown>)[] = [];
    await use(async ({ key = true, firstRun = false, look, script, env, ...options } = {}) => {
      const supervisor = await startSupervisor(script);
      closing.push(() => supervisor.api.close());
      const relay = await startRelayProcess({
        ...options,
        env: {
          ANTHROPIC_BASE_URL: supervisor.api.url,
          ...(key ? { ANTHROPIC_API_KEY: supervisor.api.key } : {}),
          ...env,
        },
      });
      closing.push(() => relay.close());
      const page = await launcher.open(relay, look);
      closing.push(() => page.context().close());
      await begin(page, firstRun);
      return { page, relay, supervisor, saved: (press) => launcher.saved(page, press) };
    });
    for (const close of closing.reverse()) await close();
  },
});

export { expect };

// Asked before a launcher is made: without its host every spec is skipped, and says why.
test.beforeEach(({ host }) => {
  test.skip(host === 'browser' && findBrowser() === undefined, whyNoBrowser);
  test.skip(host === 'desktop' && whyNoRig() !== undefined, whyNoRig());
});

/** Waits for the first picture of the relay, and leaves the first steps unless they are wanted. */
async function begin(page: Page, firstRun: boolean): Promise<void> {
  const { running, paused } = words.status;
  const status = page.getByRole('contentinfo');
  await expect(status.getByText(running).or(status.getByText(paused))).toBeVisible();
  if (firstRun) return;
  await page.keyboard.press('1');
  await expect(page.getByRole('navigation', { name: words.sessions.title })).toBeAttached();
}

/** `desktop/launcher.ts` belongs to the Electron host and is loaded only where that can run. */
async function desktopLauncher(): Promise<Launcher> {
  const file = path.join(import.meta.dirname, '..', 'desktop', 'launcher.ts');
  const module: unknown = await import(file);
  // That file promises it: export function createDesktopLauncher(): Promise<Launcher>.
  const { createDesktopLauncher } = module as { createDesktopLauncher(): Promise<Launcher> };
  return createDesktopLauncher();
}
