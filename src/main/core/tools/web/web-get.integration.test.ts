import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { AnyTool } from '../tool.ts';
import { createToolbox } from '../toolbox.ts';
import { isPublicAddress } from './public-address.ts';
import { createWebGet } from './web-get.ts';
import { publicWeb, type WebRules } from './web-request.ts';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(listener: RequestListener) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server that listens has an address object.
  const { port } = server.address() as AddressInfo;
  return { port, requests: () => requests };
}

/** Only this port of loopback is taken for the internet, and every name leads there. */
function onlyPort(port: number): WebRules {
  return {
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    isAllowed: (address, to) =>
      isPublicAddress(address) || (address === '127.0.0.1' && to === port),
  };
}

async function get(url: string, rules?: WebRules, signal = new AbortController().signal) {
  const tool: AnyTool = createWebGet(rules);
  const toolbox = createToolbox({
    tools: () => [tool],
    policyOf: () => 'allow',
    onBug: (_name, error) => {
      throw error;
    },
  });
  const prepared = toolbox.prepare(
    { toolUseId: 't', name: 'web_get', input: { url } },
    null,
    new Map(),
  );
  if (prepared.kind === 'refused') return { output: prepared.output, isError: true };
  return prepared.run({ place: null, signal, onOutput: () => undefined });
}

test('a page is turned into readable text', async () => {
  const page = `<html><head><title>T</title><style>x{}</style></head><body><nav>Menu</nav>
    <main><h1>Heading</h1><p>Some <b>words</b> and a <a href="/more">link</a>.</p>
    <script>evil()</script><ul><li>one</li><li>two</li></ul></main></body></html>`;
  const { port } = await serve((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(page));
  });
  const { output, isError } = await get(`http://page.test:${port}/`, onlyPort(port));
  expect(isError).toBe(false);
  expect(output).toMatch(
    /^200 http:\/\/page\.test:\d+\/, text\/html\n\nHeading\n+Some words and a link \[\/more\]\.\n+ \* one\n \* two$/,
  );
});

test('other kinds: text as it is, binary by its size, errors as errors', async () => {
  const { port } = await serve((request, response) => {
    if (request.url === '/json')
      response.setHeader('content-type', 'application/json').end('{"a":1}');
    else if (request.url === '/bytes') response.setHeader('content-type', 'image/png').end('xxxx');
    else if (request.url === '/latin') {
      response.setHeader('content-type', 'text/plain; charset=iso-8859-1');
      response.end(Buffer.from('caf\xe9', 'latin1'));
    } else response.writeHead(404).end('no such page');
  });
  const at = (path: string) => get(`http://x.test:${port}${path}`, onlyPort(port));
  expect((await at('/json')).output).toMatch(/\{"a":1\}$/);
  expect((await at('/bytes')).output).toMatch(/\(binary, 4 bytes\)$/);
  expect((await at('/latin')).output).toMatch(/café$/);
  expect(await at('/none')).toMatchObject({ isError: true, output: expect.stringMatching(/^404/) });
});

describe('what is not on the public internet is not fetched', () => {
  test.each([
    'http://localhost:PORT/',
    'http://127.0.0.1:PORT/',
    'http://2130706433:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://0x7f.1:PORT/',
    'http://127.1:PORT/',
    'http://0.0.0.0:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'http://[::]:PORT/',
    'http://[64:ff9b::7f00:1]:PORT/',
    'http://10.0.0.1/',
    'http://192.168.1.1/',
    'http://172.16.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.100.100.200/',
    'http://[fe80::1]/',
    'http://[fc00::1]/',
  ])('%s', async (address) => {
    const { port, requests } = await serve((_request, response) => response.end('secret'));
    const { output, isError } = await get(address.replace('PORT', String(port)));
    expect(isError).toBe(true);
    expect(output).toMatch(/not an address of the public internet/);
    expect(requests()).toBe(0);
  });

  test.each(['file:///etc/passwd', 'ftp://example.com/', 'data:text/html,x', 'javascript:1', 'x'])(
    '%s',
    async (address) => {
      expect(await get(address)).toMatchObject({ isError: true });
    },
  );

  test('a name that leads there, alone or among others', async () => {
    const { port, requests } = await serve((_request, response) => response.end('secret'));
    const resolve = async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    const { output } = await get(`http://x.test:${port}/`, { ...publicWeb, resolve });
    expect(output).toMatch(/x\.test \(127\.0\.0\.1\) is not an address of the public internet/);
    expect(requests()).toBe(0);
  });

  test('a name that changes its meaning between two looks (rebinding)', async () => {
    const inner = await serve((_request, response) => response.end('secret'));
    let looks = 0;
    const outer = await serve((_request, response) => {
      response.writeHead(302, { location: '/again' }).end();
    });
    const rules: WebRules = {
      // The second answer is loopback as well, but on a port that is nobody's to reach.
      resolve: async () => {
        looks += 1;
        return [{ address: looks === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
      },
      isAllowed: (address, port) => address === '127.0.0.1' && port === outer.port,
    };
    const { output } = await get(`http://x.test:${outer.port}/`, rules);
    expect(output).toMatch(/127\.0\.0\.2\) is not an address of the public internet/);
    expect(looks).toBe(2);
    expect(inner.requests()).toBe(0);
  });

  test('redirects: to the same host they are followed, elsewhere told', async () => {
    const secret = await serve((_request, response) => response.end('secret'));
    const { port } = await serve((request, response) => {
      const targets: Record<string, string> = {
        '/same': '/end',
        '/loopback': `http://127.0.0.1:${secret.port}/`,
        '/port': `http://x.test:${secret.port}/`,
        '/host': `http://y.test:${String(request.socket.localPort)}/`,
        '/file': 'file:///etc/passwd',
        '/round': '/round',
      };
      const target = targets[request.url ?? ''];
      if (target) response.writeHead(302, { location: target }).end();
      else response.end('the end');
    });
    const at = (path: string) => get(`http://x.test:${port}${path}`, onlyPort(port));
    expect((await at('/same')).output).toMatch(/the end$/);
    for (const path of ['/loopback', '/port', '/host', '/file']) {
      expect((await at(path)).output).toMatch(/is not followed/);
    }
    expect((await at('/round')).output).toMatch(/redirects more than 5 times/);
    expect(secret.requests()).toBe(0);
    expect(await get(`http://a:b@x.test:${port}/`, onlyPort(port))).toMatchObject({
      isError: true,
    });
  });
});

test('size and time are limited, packed or not', async () => {
  const { port } = await serve((request, response) => {
    response.setHeader('content-type', 'text/plain');
    if (request.url === '/packed') {
      response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(200_000_000, 'x')));
    } else if (request.url === '/endless') {
      const write = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', write);
      write();
    }
    // Anything else is never answered.
  });
  for (const path of ['/packed', '/endless']) {
    const { output } = await get(`http://x.test:${port}${path}`, onlyPort(port));
    expect(output).toMatch(/only the first 5000000 bytes/);
    expect(output.length).toBeLessThan(101_000);
  }
  const abort = new AbortController();
  const waiting = get(`http://x.test:${port}/silent`, onlyPort(port), abort.signal);
  abort.abort();
  expect((await waiting).output).toMatch(/called off/);
});
