import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findInstallation } from '#core/installation.ts';
import { openRelay, type Relay } from '#core/relay.ts';
import { type MessagesApi, startMessagesApi } from './messages-api.ts';
import type { Pace } from './pace.ts';
import { createScriptedSupervisor } from './scripted-supervisor.ts';
import { createStage } from './stage.ts';
import { playStory } from './story.ts';

export interface StartDemoOptions {
  pace: Pace;
  /** Calls the story off. */
  signal?: AbortSignal;
  /** Who holds the relay: shown in its status. Default headless. */
  host?: 'headless' | 'desktop';
}

/** A relay at work in a home of its own, with everything around it scripted. */
export interface Demo {
  /** As any relay: a host can serve it, a window can show it. It knows no address but the API's. */
  relay: Relay;
  /** The scripted Messages API, on 127.0.0.1. */
  apiUrl: string;
  /** Plays the story; call it once. Rejects when it does not go as written, or is called off. */
  play(): Promise<void>;
  /** Stops relay and API, and removes the home unless it is to be kept. */
  stop(options?: { keepHome?: boolean }): Promise<void>;
}

/**
 * Puts a relay to work on a temporary home: real files, SQLite and HTTP, no network. Nothing of the
 * owner's environment, keys or home is looked at.
 * @throws when the relay cannot be opened there
 */
export async function startDemo(options: StartDemoOptions): Promise<Demo> {
  const { pace, host = 'headless' } = options;
  const broken = new AbortController();
  const supervisor = createScriptedSupervisor((why) => broken.abort(new Error(why)));
  const root = mkdtempSync(path.join(tmpdir(), 'relay-demo-'));
  let api: MessagesApi | undefined;
  const removeHome = () => rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  // The last resort, for an end that nobody saw coming.
  process.once('exit', removeHome);

  async function leave(keepHome: boolean): Promise<void> {
    process.off('exit', removeHome);
    await api?.close();
    if (!keepHome) removeHome();
  }

  try {
    api = await startMessagesApi({ script: supervisor.script });
    const relay = await open(root, api, pace, host);
    const signal = options.signal
      ? AbortSignal.any([options.signal, broken.signal])
      : broken.signal;
    const stage = createStage({ relay, supervisor, pace, signal });
    return {
      relay,
      apiUrl: api.url,
      play: () => playStory(stage, pace),
      async stop({ keepHome = false } = {}) {
        await relay.stop();
        await leave(keepHome);
      },
    };
  } catch (error) {
    await leave(false);
    throw error;
  }
}

async function open(
  home: string,
  api: MessagesApi,
  pace: Pace,
  host: 'headless' | 'desktop',
): Promise<Relay> {
  const config = `faults:\n  firstWaitSeconds: ${pace.firstWaitSeconds}\n`;
  writeFileSync(path.join(home, 'config.yaml'), config, { mode: 0o600 });
  const opened = await openRelay({
    home,
    host,
    version: findInstallation().version,
    // All that it may see of an environment.
    env: {
      ANTHROPIC_API_KEY: api.key,
      ANTHROPIC_BASE_URL: api.url,
      RELAY_NTFY_ENABLED: 'false',
    },
  });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.relay;
}
