import { findInstallation } from '#core/installation.ts';
import type { SecretSource } from '#core/settings/secret-source.ts';
import { type HostedRelay, serveRelay } from './host.ts';
import { waitForStop } from './stop-request.ts';

/** Opens the relay of a home, or says in a sentence why it cannot be (`openRelay` of core). */
export type OpenRelay = (options: {
  env: NodeJS.ProcessEnv;
  host: 'headless';
  version: string;
  secrets?: SecretSource;
}) => Promise<{ ok: true; relay: HostedRelay } | { ok: false; error: { message: string } }>;

export interface RunOptions {
  /** 0: any free port. */
  tcpPort: number;
  /** Whether to serve the interface to a browser. */
  ui: boolean;
  /** Secrets that whoever started it keeps. */
  secrets?: SecretSource;
}

/**
 * The relay without a desktop, in this process, until SIGTERM, SIGINT or SIGHUP; resolves with the
 * exit code. Prints one line: the interface's one-time address. A parent process that waits for it
 * waits for the control socket.
 */
export async function runHeadless(openRelay: OpenRelay, options: RunOptions): Promise<number> {
  const stopAsked = waitForStop(process.env);
  const { version, rendererDir } = findInstallation();
  const opened = await openRelay({
    ...{ env: process.env, host: 'headless', version },
    ...(options.secrets ? { secrets: options.secrets } : {}),
  });
  if (!opened.ok) return fail(opened.error.message);
  const served = await serveRelay({
    relay: opened.relay,
    rendererDir,
    tcpPort: options.ui ? options.tcpPort : undefined,
    onCrash: (error) => console.error(error),
  });
  if (!served.ok) {
    await opened.relay.stop();
    return fail(served.message);
  }
  const url = served.host.makeUrl();
  if (url !== undefined) process.stdout.write(`${url}\n`);
  await stopAsked;
  await served.host.stop();
  return 0;
}

function fail(message: string): number {
  process.stderr.write(`${message}\n`);
  return 1;
}
