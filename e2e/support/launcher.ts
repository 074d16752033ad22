import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, Page } from 'playwright';
import { chromium } from 'playwright';
import { browserArgs, findBrowser, whyNoBrowser } from './browser.ts';

/** Where a running headless relay is; a browser needs its address, a window its environment. */
export interface RelayPlace {
  /** RELAY_HOME. */
  home: string;
  /** All that a program which works on this home may know: HOME, RELAY_HOME, addresses, keys. */
  env: Record<string, string>;
  /** A fresh one-time address of the interface. */
  makeUrl(): Promise<string>;
}

export type Look = Pick<BrowserContextOptions, 'viewport' | 'colorScheme' | 'deviceScaleFactor'>;

/** A file that the interface has given to its owner. */
export interface SavedText {
  /** What it was called, where the owner said nothing else. */
  name: string;
  text: string;
}

/** What shows the interface: a browser, or Relay's own window attached to the same relay. */
export interface Launcher {
  /** Opens the interface; rejects when it does not load. */
  open(place: RelayPlace, look?: Look): Promise<Page>;
  /** What the owner has in hand after `press`: a download, or what the dialog was told to save. */
  saved(page: Page, press: () => Promise<void>): Promise<SavedText>;
  /** Closes everything that was opened. */
  close(): Promise<void>;
}

export const usualLook = {
  viewport: { width: 1200, height: 760 },
  colorScheme: 'light',
} as const satisfies Look;

export async function createBrowserLauncher(): Promise<Launcher> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error(whyNoBrowser);
  const browser = await chromium.launch({ executablePath, args: browserArgs });
  return {
    async open(place, look = {}) {
      const context = await browser.newContext({
        ...usualLook,
        reducedMotion: 'reduce',
        locale: 'en-GB',
        ...look,
      });
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      const page = await context.newPage();
      await page.goto(await place.makeUrl());
      return page;
    },
    async saved(page, press) {
      const downloading = page.waitForEvent('download');
      await press();
      const download = await downloading;
      return {
        name: download.suggestedFilename(),
        text: await readFile(await download.path(), 'utf8'),
      };
    },
    close: () => browser.close(),
  };
}
