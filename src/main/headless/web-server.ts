import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBrowserGate } from './browser-gate.ts';
import { loadConnectionToken } from './connection-token.ts';
import { createHttpApp, type HttpAppOptions } from './http-app.ts';
import { loadInterfaceFiles } from './interface-files.ts';
import { OneTimeTokens } from './one-time-tokens.ts';
import { closeServer, listen } from './server-life.ts';

export interface WebServerOptions extends Pick<HttpAppOptions, 'port' | 'stopping' | 'onCrash'> {
  /** Where the secret of signed-in browsers is kept. */
  connectionTokenPath: string;
  /** 0: any free one. */
  tcpPort: number;
  /** The built interface. */
  rendererDir: string;
}

export interface WebServer {
  tcpPort: number;
  /** An address that opens the interface in a browser, once. */
  makeUrl(): string;
  close(): Promise<void>;
}

/**
 * Serves the interface and the relay to the owner's browser on 127.0.0.1; rejects with the system's
 * error when the port is taken.
 */
export async function openWebServer(options: WebServerOptions): Promise<WebServer> {
  const { port, stopping, onCrash, rendererDir } = options;
  const tokens = new OneTimeTokens();
  const connectionToken = await loadConnectionToken(options.connectionTokenPath);
  const files = await loadInterfaceFiles(rendererDir);
  const server = createServer();
  await listen(server, { host: '127.0.0.1', port: options.tcpPort });
  // A server on TCP has an address of this kind; only sockets have a string.
  const tcpPort = (server.address() as AddressInfo).port;
  const gate = createBrowserGate({ port: tcpPort, tokens, connectionToken });
  server.on('request', createHttpApp({ port, stopping, onCrash, gate, more: files }));
  return {
    tcpPort,
    makeUrl: () => `http://127.0.0.1:${tcpPort}/?token=${tokens.issue()}`,
    close: () => closeServer(server),
  };
}
