import { defineConfig } from 'playwright/test';
import type { HostOptions } from './support/interface.ts';

/**
 * The specs in `specs/` say what the owner sees; they know no host. A project gives them one: a
 * browser, or Relay's own window. The specs in `desktop/` are about the Electron host itself. Where a
 * host is not at hand (`support/browser.ts`, `desktop/rig.ts`) its specs are skipped, and say why.
 */
export default defineConfig<HostOptions>({
  outputDir: '../.cache/e2e',
  globalSetup: './support/build-first.ts',
  // Two cores are the smallest machine we promise to work on; every spec starts a relay and a browser.
  workers: process.env.CI ? 1 : 2,
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  // No second try: a spec that needs one has found something.
  retries: 0,
  // Deadlines, not waits: only what fails takes them. A machine that is busy elsewhere is no failure.
  timeout: 150_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: { screenshot: 'only-on-failure' },
  projects: [
    { name: 'browser', testDir: 'specs', use: { host: 'browser' } },
    { name: 'desktop', testDir: 'specs', use: { host: 'desktop' } },
    { name: 'electron', testDir: 'desktop', use: { host: 'desktop' } },
  ],
});
