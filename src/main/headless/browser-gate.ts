import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Step } from './http-app.ts';
import { isSameToken, type OneTimeTokens } from './one-time-tokens.ts';

export interface BrowserGateOptions {
  /** The port the server listens on. */
  port: number;
  tokens: OneTimeTokens;
  /** What a signed-in browser's cookie holds. */
  connectionToken: string;
}

/**
 * Lets in the owner's browser and nobody else: not a page of another origin, not a name that was
 * made to point at 127.0.0.1 (DNS rebinding), not another program that only found the port.
 *
 * A one-time token in the address is exchanged for a same-site cookie and leaves the address at
 * once. The cookie bears the port in its name, since browsers share cookies between ports.
 */
export function createBrowserGate({ port, tokens, connectionToken }: BrowserGateOptions): Step {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  const cookieName = `relay-${port}`;

  return (request, response, url) => {
    const host = request.headers.host ?? '';
    if (!hosts.has(host)) return refuse(response, 403, 'Relay does not answer under this name.');
    if (!isOwnPage(request, host)) {
      return refuse(response, 403, 'Relay does not answer other pages.');
    }
    const cookie = readCookie(request, cookieName);
    const isSignedIn = cookie !== undefined && isSameToken(cookie, connectionToken);
    const token = url.searchParams.get('token');
    if (request.method === 'GET' && url.pathname === '/' && token !== null) {
      // Redeemed also for who is signed in already: an address never works twice.
      if (!tokens.redeem(token) && !isSignedIn) {
        return refuse(response, 403, `This address has been used. ${howToGetIn}`);
      }
      response.setHeader(
        'set-cookie',
        `${cookieName}=${connectionToken}; Path=/; HttpOnly; SameSite=Strict`,
      );
      response.writeHead(303, { location: '/', ...noTrace }).end();
      return true;
    }
    return isSignedIn
      ? false
      : refuse(response, 401, `This browser is not signed in. ${howToGetIn}`);
  };
}

const howToGetIn = 'Ask for a fresh address with: relay url';
const noTrace = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

/** Whether the request comes from the interface itself, the address bar or a plain program. */
function isOwnPage(request: IncomingMessage, host: string): boolean {
  const { origin } = request.headers;
  if (origin !== undefined && origin !== `http://${host}`) return false;
  const site = request.headers['sec-fetch-site'];
  // Following a link elsewhere to this address only shows the page; its owner's page learns nothing.
  const isLink = request.headers['sec-fetch-mode'] === 'navigate' && request.method === 'GET';
  return site === undefined || site === 'same-origin' || site === 'none' || isLink;
}

function readCookie(request: IncomingMessage, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}

function refuse(response: ServerResponse, status: number, sentence: string): true {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...noTrace });
  response.end(`${sentence}\n`);
  return true;
}
