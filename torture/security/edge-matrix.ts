import { statSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import path from 'node:path';
import { findControlSocket } from '#core/rpc/control-address.ts';
import type { Orders, Row } from '../campaign.ts';
import { type RelayRun, startRelayRun } from '../relay-run.ts';

/** Stands in the store, and must never stand in an answer to a stranger. */
const secretTitle = 'relay-torture-inner-words';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

interface Ask {
  method: string;
  target: string;
  headers: OutgoingHttpHeaders;
}

/** The browser's door: every mixture of Host, Origin, site, cookie, method and path, and the one-time
 * token. Told who may come in from DESIGN 3.3, not from the code. */
export async function tryEdge(orders: Orders): Promise<{ rows: Row[]; failures: string[] }> {
  await using relay = await startRelayRun({ ui: true, config: 'autonomy: off\n' });
  await relay.call('session.send', {
    // A literal that fits its brand.
    ...{ sessionId: secretTitle as never, text: secretTitle, via: 'cli' },
  });
  const door = openDoor(relay);
  try {
    const tokens = await tryTokens(relay, door);
    const matrix = await tryMatrix(relay, door, orders);
    const places = tryPlaces(relay);
    return {
      rows: [tokens.row, matrix.row],
      failures: [...tokens.failures, ...matrix.failures, ...places],
    };
  } finally {
    door.close();
  }
}

type Door = ReturnType<typeof openDoor>;

function openDoor(relay: RelayRun) {
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(relay.said())?.[1]);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  function ask({ method, target, headers }: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const call = request(
        { host: '127.0.0.1', port, agent, method, path: target, headers, setHost: false },
        (response) => {
          let text = '';
          const done = () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
            // A stream has no end: what it begins with is enough.
            if (target.includes('/stream') && response.statusCode === 200) {
              done();
              response.destroy();
            }
          });
          response.once('end', done);
          response.once('error', done);
        },
      );
      call.setTimeout(20_000, () => call.destroy(new Error(`${method} ${target} has no answer`)));
      call.once('error', reject);
      call.end(method === 'POST' ? '{"via":"inbox"}' : undefined);
    });
  }
  return { port, ask, close: () => agent.destroy() };
}

async function freshToken(relay: RelayRun): Promise<string> {
  const { connectRelay } = await import('#core/rpc/client.ts');
  const url = await (await connectRelay(relay.home))?.interfaceUrl();
  if (!url?.ok) throw new Error('the relay gives no address');
  return new URL(url.value).searchParams.get('token') ?? '';
}

const cookieOf = ({ headers }: Answer): string | undefined =>
  headers['set-cookie']?.[0]?.split(';')[0];

async function tryTokens(relay: RelayRun, door: Door) {
  const failures: string[] = [];
  let tries = 0;
  const host = `127.0.0.1:${door.port}`;
  const come = (target: string, more: Partial<Ask> = {}) => {
    tries += 1;
    return door.ask({ method: 'GET', headers: { host }, ...more, target });
  };
  const refused = async (what: string, answer: Answer) => {
    if (answer.status >= 200 && answer.status < 400) failures.push(`${what}: ${answer.status}.`);
    if (cookieOf(answer)) failures.push(`${what}: it got a cookie.`);
    failures.push(...leaks(what, answer));
  };

  // Twenty at once with one token: one comes in.
  const token = await freshToken(relay);
  const all = await Promise.all(Array.from({ length: 20 }, () => come(`/?token=${token}`)));
  const comers = all.filter((answer) => cookieOf(answer)).length;
  if (comers !== 1) failures.push(`A one-time token let ${comers} of 20 in.`);
  await refused('A replayed token', await come(`/?token=${token}`));

  const whole = await freshToken(relay);
  const wrong: [string, string, Partial<Ask>?][] = [
    ['half a token', `/?token=${whole.slice(0, -1)}`],
    ['a token and more', `/?token=${whole}x`],
    ['a token in the fragment', `/#token=${whole}`],
    ['a token under another name', `/?Token=${whole}`],
    ['a token behind a wrong one', `/?token=x&token=${whole}`],
    ['a token at another place', `/rpc/status?token=${whole}`],
    ['a token at the stream', `/stream?token=${whole}`],
    ['a token by POST', `/?token=${whole}`, { method: 'POST' }],
    ['a token by HEAD', `/?token=${whole}`, { method: 'HEAD' }],
    ['a token as a cookie', '/', { headers: { host, cookie: `relay-${door.port}=${whole}` } }],
    ['a token to a foreign name', `/?token=${whole}`, { headers: { host: 'evil.example' } }],
    [
      'a token from a foreign page',
      `/?token=${whole}`,
      { headers: { host, origin: 'https://evil.example' } },
    ],
  ];
  for (const [what, target, more] of wrong) await refused(what, await come(target, more));
  const good = await come(`/?token=${whole}`);
  if (!cookieOf(good)) failures.push('A token that was tried wrongly is not good any more.');
  if (/token/i.test(good.headers.location ?? '')) failures.push('The token stays in the address.');
  const flags = good.headers['set-cookie']?.[0] ?? '';
  if (!/; HttpOnly/i.test(flags) || !/; SameSite=Strict/i.test(flags)) {
    failures.push(`The cookie is not kept from scripts and other sites: ${flags}.`);
  }
  return { row: { part: 'one-time token', tries, failures: failures.length } as Row, failures };
}

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'PROPFIND'];

async function tryMatrix(relay: RelayRun, door: Door, { chance, size, say }: Orders) {
  const { port } = door;
  const own = `127.0.0.1:${port}`;
  const good = cookieOf(
    await door.ask({
      ...{ method: 'GET', target: `/?token=${await freshToken(relay)}`, headers: { host: own } },
    }),
  );
  if (!good) throw new Error('the campaign itself is not let in');
  const value = good.split('=')[1] ?? '';
  const hosts = [own, own, own, `localhost:${port}`, '127.0.0.1', 'localhost', 'evil.example'];
  hosts.push(
    `evil.example:${port}`,
    `[::1]:${port}`,
    `127.0.0.1:${port}.evil.example`,
    '',
    `0:${port}`,
  );
  hosts.push(
    `127.1:${port}`,
    `2130706433:${port}`,
    `${own}@evil.example`,
    `LOCALHOST:${port}`,
    `localhost.:${port}`,
  );
  const origins = [undefined, undefined, `http://${own}`, `http://localhost:${port}`, 'null', ''];
  origins.push(
    'https://evil.example',
    `https://${own}`,
    `http://${own}.evil.example`,
    'http://127.0.0.1:9',
  );
  const sites = [undefined, undefined, 'same-origin', 'none', 'same-site', 'cross-site'];
  const modes = [undefined, 'cors', 'no-cors', 'navigate'];
  const cookies = [
    good,
    good,
    good,
    undefined,
    `relay-${port}=`,
    `relay-${port}=${'a'.repeat(43)}`,
  ];
  cookies.push(
    `relay-1=${value}`,
    value,
    `RELAY-${port}=${value}`,
    `relay-${port}=${value.slice(1)}`,
  );
  cookies.push(`x=1; ${good}`, `relay-${port}="${value}"`, 'x'.repeat(8_000));
  const targets = ['/', '/rpc/status', '/rpc/relay.pause', '/stream?after=0', '/index.html'];
  targets.push(...pathsTo(port));
  const failures: string[] = [];
  const tries = size === 'long' ? 20_000 : 200;
  let letIn = 0;
  for (let number = 0; number < tries && failures.length < 10; number += 1) {
    const usual = <T>(one: T, others: readonly T[]) =>
      chance.happens(0.6) ? one : chance.pick(others);
    const host = usual(own, hosts);
    const origin = usual<string | undefined>(undefined, origins);
    const site = usual<string | undefined>(undefined, sites);
    const mode = chance.pick(modes);
    const cookie: string | undefined = usual<string | undefined>(good, cookies);
    const method = chance.happens(0.7) ? chance.pick(['GET', 'POST']) : chance.pick(methods);
    const target = chance.pick(targets);
    const headers: OutgoingHttpHeaders = { host, 'content-type': 'application/json' };
    if (origin !== undefined) headers.origin = origin;
    if (site !== undefined) headers['sec-fetch-site'] = site;
    if (mode !== undefined) headers['sec-fetch-mode'] = mode;
    if (cookie !== undefined) headers.cookie = cookie;
    const isOwnName = host === own || host === `localhost:${port}`;
    const isOwnOrigin = origin === undefined || origin === `http://${host}`;
    const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
    const isLink = method === 'GET' && mode === 'navigate';
    const isSignedIn = cookie === good || cookie === `x=1; ${good}`;
    const may = isOwnName && isOwnOrigin && (isOwnSite || isLink) && isSignedIn;
    const answer = await door.ask({ method, target, headers });
    const shown = JSON.stringify({ method, target, ...headers });
    if (answer.status === 200) letIn += 1;
    if (!may) {
      if (answer.status < 400) failures.push(`Let in (${answer.status}): ${shown}`);
      failures.push(...leaks(shown, answer));
    } else if (answer.status >= 500) {
      failures.push(`${answer.status} for ${shown}`);
    }
    if (pathsTo(port).includes(target) && answer.status === 200) {
      failures.push(`A path that leads elsewhere gave something: ${shown}`);
    }
    if (!may && target === '/rpc/relay.pause' && (await relay.call('status', {})).paused) {
      failures.push(`It paused the relay: ${shown}`);
    }
    if (may && method === 'POST') await relay.call('relay.resume', { via: 'cli' });
  }
  say(`door: ${tries} requests, ${letIn} let in, ${failures.length} failures`);
  return {
    row: { part: 'door', tries, 'let in': letIn, failures: failures.length } as Row,
    failures,
  };
}

/** Ways to write what is not there, or not for the browser. */
function pathsTo(port: number): string[] {
  return [
    ...[
      '/../state/token',
      '/..%2fstate%2ftoken',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/.env',
      '/relay.db',
    ],
    ...[
      '//etc/passwd',
      '/assets/../../../package.json',
      '/assets/%2e%2e%5c%2e%2e%5cx',
      '/\\..\\..\\x',
    ],
    ...['/assets/', '/assets', '/%00', '/index.html%00.js', '/rpc', '/rpc/', '/rpc/__proto__'],
    ...['/rpc/constructor', '/rpc/status/../host/url', '/host/url', '/host/url/', '/HOST/URL'],
    ...[
      '/rpc/%2e%2e%2fhost%2furl',
      '/stream/',
      '/file:///etc/passwd',
      '/;/../x',
      '/?x=/../../y/..',
    ],
    ...[
      `http://evil.example:${port}/host/url`,
      'file:///etc/passwd',
      '/src/main.tsx',
      '/.git/config',
    ],
  ].filter((target) => !target.startsWith('/?'));
}

/** What a stranger must not read: the interface, what is stored, and whether somebody is signed in. */
function leaks(what: string, { text, headers }: Answer): string[] {
  const found: string[] = [];
  if (text.includes(secretTitle)) found.push('what is stored');
  if (/<script|<title>/i.test(text)) found.push('the interface');
  if (/"ok":true/.test(text)) found.push('an answer');
  if (headers['access-control-allow-origin'] !== undefined) found.push('leave for other origins');
  if (headers['set-cookie'] !== undefined) found.push('a cookie');
  return found.map((one) => `${one} was given to ${what}.`);
}

/** Where others of this machine could come in. */
function tryPlaces(relay: RelayRun): string[] {
  const socket = findControlSocket(relay.home) ?? '';
  const modes: [string, number][] = [
    [socket, 0o600],
    [path.dirname(socket), 0o700],
    [relay.home, 0o700],
  ];
  return modes.flatMap(([file, wanted]) => {
    const mode = statSync(file).mode & 0o777;
    return mode === wanted ? [] : [`${file} has mode ${mode.toString(8)}.`];
  });
}
