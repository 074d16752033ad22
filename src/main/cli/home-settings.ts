import { join } from 'node:path';
import { findInstallation } from '#core/installation.ts';
import { type Home, openHome } from '#core/settings/home.ts';
import { readHomeFiles } from '#core/settings/home-files.ts';
import { resolveSettings } from '#core/settings/layers.ts';
import { readSecrets, type Secrets } from '#core/settings/secrets.ts';
import type { Settings } from '#shared/settings.ts';

export interface HomeSettings {
  home: Home;
  settings: Settings;
  secrets: Secrets;
  /** Sentences for the owner about what cannot be used. */
  problems: string[];
}

/** The settings of a home as its files and the environment say; makes the home where there is none. */
export function openedHomeSettings(
  root: string,
  env: NodeJS.ProcessEnv,
): ({ ok: true } & HomeSettings) | { ok: false; message: string } {
  const opened = openHome(root, join(findInstallation().resourcesDir, 'supervisor.md'));
  return opened.ok
    ? { ok: true, ...readHomeSettings(opened.home, env) }
    : { ok: false, message: opened.error.message };
}

/** The same, of a home that is there; changes nothing. */
export function readHomeSettings(home: Home, env: NodeJS.ProcessEnv): HomeSettings {
  const files = readHomeFiles(home, undefined);
  const layers = { environment: env, dotEnv: files.dotEnv, config: files.config };
  const resolved = resolveSettings(layers, undefined);
  const { secrets, problems } = readSecrets(env, files.dotEnv);
  return {
    home,
    settings: resolved.settings,
    secrets,
    problems: [...files.problems, ...resolved.problems, ...problems],
  };
}
