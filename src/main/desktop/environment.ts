import { secretNames } from '#core/settings/secrets.ts';

/** The environment that the desktop was started with, keys included. */
export const environment: Readonly<NodeJS.ProcessEnv> = { ...process.env };

// Electron gives a page's process a copy of this one's environment, so no key may stay in it.
for (const name of secretNames) delete process.env[name];
