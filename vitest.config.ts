import { defineConfig } from 'vitest/config';

/**
 * `unit` needs no process but its own; `integration` starts relays, servers and the real `claude`
 * and therefore runs one file at a time (two cores are the smallest machine we promise to work on).
 * The short forms of the campaigns in torture/ are among
 * them. The specs in e2e/ have Playwright's own runner (e2e/playwright.config.ts).
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{bench,src,torture}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.integration.test.ts'],
          testTimeout: 10_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{bench,src,torture}/**/*.integration.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
