import { openRelay } from '#core/relay.ts';
import type { SecretSource } from '#core/settings/secret-source.ts';
import { serveRelay } from '#headless/host.ts';
import { environment } from '../environment.ts';
import type { Search } from './relay-link.ts';

export interface OwnRelayOptions {
  version: string;
  rendererDir: string;
  secrets: SecretSource;
  /** The `relay` command: its Node and its script, since this process is no Node. */
  command: readonly [string, string];
}

/** Core in this process, with the control socket that the `relay` command looks for. */
export async function openOwnRelay(options: OwnRelayOptions): Promise<Search> {
  const { version, rendererDir, secrets, command } = options;
  const opened = await openRelay({ env: environment, host: 'desktop', version, secrets, command });
  if (!opened.ok) return { ok: false, message: opened.error.message };
  const served = await serveRelay({
    relay: opened.relay,
    rendererDir,
    tcpPort: undefined,
    onCrash: (error) => console.error(error),
  });
  if (!served.ok) {
    await opened.relay.stop();
    return { ok: false, message: served.message };
  }
  return {
    ok: true,
    relay: {
      place: 'own',
      port: opened.relay.port,
      // It lives as long as this process.
      onGone: () => () => {},
      release: () => served.host.stop(),
    },
  };
}
