import type { RelayPort } from '#core/relay-port.ts';
import { openControlSocket } from './control-socket.ts';
import { openWebServer, type WebServer } from './web-server.ts';

/** What a host needs of an open relay (`Relay` of `#core/relay.ts` is one). */
export interface HostedRelay {
  port: RelayPort;
  home: { root: string; connectionToken: string };
  stop(): Promise<void>;
}

export interface HostOptions {
  relay: HostedRelay;
  /** Where the built interface is. */
  rendererDir: string;
  /** undefined: no interface is served; 0: on any free port. */
  tcpPort: number | undefined;
  onCrash: (error: unknown) => void;
}

export interface Host {
  /** A one-time address of the interface; undefined where none is served. */
  makeUrl(): string | undefined;
  /** Ends the streams, stops listening, then stops the relay. */
  stop(): Promise<void>;
}

export type HostResult = { ok: true; host: Host } | { ok: false; message: string };

/** Serves an open relay on its control socket and, where wanted, on 127.0.0.1. */
export async function serveRelay(options: HostOptions): Promise<HostResult> {
  const { relay, rendererDir, tcpPort, onCrash } = options;
  const stopping = new AbortController();
  const shared = { port: relay.port, stopping: stopping.signal, onCrash };
  let web: WebServer | undefined;
  try {
    if (tcpPort !== undefined) {
      const connectionTokenPath = relay.home.connectionToken;
      web = await openWebServer({ ...shared, connectionTokenPath, tcpPort, rendererDir });
    }
    const makeUrl = () => web?.makeUrl();
    const home = relay.home.root;
    const control = await openControlSocket({ ...shared, home, makeInterfaceUrl: makeUrl });
    const stop = async () => {
      stopping.abort();
      await Promise.all([control.close(), web?.close()]);
      await relay.stop();
    };
    return { ok: true, host: { makeUrl, stop } };
  } catch (error) {
    await web?.close();
    return { ok: false, message: whyNotServed(error, tcpPort) };
  }
}

/** The owner's sentence for an error of `listen`; whatever else went wrong is a bug and thrown on. */
function whyNotServed(error: unknown, tcpPort: number | undefined): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === 'EADDRINUSE') {
    return `Port ${tcpPort} is taken by another program. Choose another with --port, or 0 for any.`;
  }
  if (code === 'EACCES') {
    return `Port ${tcpPort} may not be used by you. Choose one above 1023 with --port, or 0 for any.`;
  }
  throw error;
}
