import { chmodSync, readFileSync, statSync } from 'node:fs';
import { defaultConfigText } from './config-file.ts';
import { readDotEnv, withVariable } from './dot-env.ts';
import { type HomeError, homeErrorOf, makeHomeFolders } from './home-folders.ts';
import type { Home } from './home-paths.ts';
import { newNtfyTopic } from './ntfy-topic.ts';
import { createFile, replaceFile, systemCode } from './whole-file.ts';

export type { HomeError } from './home-folders.ts';
export { type Home, homeAt, homeRoot } from './home-paths.ts';

export type OpenedHome =
  /** `isNew`: there was no config.yaml before. */
  { ok: true; home: Home; isNew: boolean } | { ok: false; error: HomeError };

/**
 * Makes a home ready for a relay: folders, private to the owner, and on first run config.yaml, .env
 * with a topic nobody can guess, and supervisor.md. What is there is never overwritten; only a .env
 * without a topic gets one appended.
 * @param shippedInstructions the supervisor.md that comes with Relay.
 */
export function openHome(root: string, shippedInstructions: string): OpenedHome {
  const made = makeHomeFolders(root);
  if (!made.ok) return made;
  const { home } = made;
  try {
    const instructions = readShipped(shippedInstructions, home);
    if (instructions === undefined) return missingInstructions(shippedInstructions);
    createFile(home.instructions, instructions, 0o600);
    ensureDotEnv(home.dotEnv);
    const isNew = createFile(home.config, defaultConfigText(), 0o600);
    return { ok: true, home, isNew };
  } catch (error) {
    return { ok: false, error: homeErrorOf(error, home.root) };
  }
}

function readShipped(path: string, home: Home): string | undefined {
  if (statSync(home.instructions, { throwIfNoEntry: false }) !== undefined) return '';
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function missingInstructions(path: string): OpenedHome {
  const message = `Relay's own supervisor.md is missing (${path}). Install Relay again.`;
  return { ok: false, error: { code: 'instructions-missing', message } };
}

const newDotEnv = `# Relay's secrets. The environment overrides them. Keep this file to yourself (mode 0600).
#
# The key of the supervisor, from https://platform.claude.com; for a gateway that takes a token
# instead, the second. Without either, Relay waits and says so.
# ANTHROPIC_API_KEY=
# ANTHROPIC_AUTH_TOKEN=
#
# Where notifications for your phone go: whoever knows this topic can read them. \`relay topic\` says
# how to subscribe. RELAY_NTFY_TOKEN is only needed by an ntfy server with access control.
# RELAY_NTFY_TOKEN=
`;

function ensureDotEnv(path: string): void {
  if (createFile(path, `${newDotEnv}RELAY_NTFY_TOPIC=${newNtfyTopic()}\n`, 0o600)) return;
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  const text = readFileSync(path, 'utf8');
  if (readDotEnv(text).RELAY_NTFY_TOPIC !== undefined) return;
  const withTopic = withVariable(text, 'RELAY_NTFY_TOPIC', newNtfyTopic());
  // undefined: a file that reads strangely is left alone; the settings report what they miss.
  if (withTopic !== undefined) replaceFile(path, withTopic, 0o600);
}
