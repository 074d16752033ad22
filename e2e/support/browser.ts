import { existsSync } from 'node:fs';

/** The browser the specs run in: the one of the machine, since none is downloaded. */
export function findBrowser(): string | undefined {
  const named = process.env.RELAY_TEST_BROWSER;
  const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return [...(named ? [named] : []), ...usual].find((path) => existsSync(path));
}

export const whyNoBrowser =
  'There is no browser: install chromium (apt-get install chromium), or name one in RELAY_TEST_BROWSER.';

/** What makes a browser quiet: no sandbox for root alone, no call to its maker. */
export const browserArgs = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];
