import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SecretSource } from '#core/settings/secret-source.ts';
import { whyNoDatabase } from '#core/store/database.ts';
import type { Programs } from '../programs.ts';
import { attachUnless } from './attached-relay.ts';
import type { RelayPlace, Search } from './relay-link.ts';

export interface FindOptions {
  home: string;
  version: string;
  programs: Programs;
  secrets: SecretSource;
}

/**
 * How long a relay that somebody else runs may take to come back before the desktop does its work:
 * a service manager starts it again within seconds, and would find the home taken.
 */
const comeBackMs = 5_000;
const lookEveryMs = 250;
const notWanted: Search = { ok: false, message: 'Relay is closing.' };

/**
 * The relay of a home: the one that runs; else core in this process; else, where this runtime cannot
 * load the database, the headless host as a child.
 */
export async function findRelay(
  options: FindOptions,
  lost: RelayPlace | undefined,
  stopping: AbortSignal,
): Promise<Search> {
  const { home, version, programs, secrets } = options;
  const deadline = Date.now() + (lost === 'attached' ? comeBackMs : 0);
  for (;;) {
    const relay = await attachUnless(stopping, home);
    if (stopping.aborted) return notWanted;
    if (relay !== undefined) return { ok: true, relay };
    if (Date.now() >= deadline) break;
    await delay(lookEveryMs, undefined, { signal: stopping }).catch(() => {});
  }
  if (whyNoDatabase() === undefined) {
    const { openOwnRelay } = await import('./own-relay.ts');
    const command = [programs.nodePath, join(programs.root, 'out', 'main', 'cli.js')] as const;
    return openOwnRelay({ version, rendererDir: programs.rendererDir, secrets, command });
  }
  const { startChildRelay } = await import('./child-relay.ts');
  const script = join(programs.root, 'out', 'main', 'headless.js');
  if (!existsSync(programs.nodePath)) {
    const message = `Relay's own Node is missing (${programs.nodePath}). Install Relay again.`;
    return { ok: false, message };
  }
  return startChildRelay({ home, nodePath: programs.nodePath, script, secrets, stopping });
}
