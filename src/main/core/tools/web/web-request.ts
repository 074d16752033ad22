import { type LookupAddress, lookup } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { isPublicAddress } from './public-address.ts';

export type Resolve = (name: string) => Promise<LookupAddress[]>;

/** Where requests may go; tests have a server on loopback to themselves. */
export interface WebRules {
  resolve: Resolve;
  isAllowed(address: string, port: number): boolean;
}

export const publicWeb: WebRules = {
  resolve: (name) =>
    new Promise((found, failed) => {
      lookup(name, { all: true }, (error, addresses) => (error ? failed(error) : found(addresses)));
    }),
  isAllowed: isPublicAddress,
};

export interface WebResponse {
  status: number;
  contentType: string;
  location: string | undefined;
  body: Buffer;
  /** More came than may be read. */
  isCut: boolean;
}

/** A sentence for the supervisor on why something was not fetched. */
export class WebRefusal extends Error {}

const headers = {
  'user-agent': 'Relay (web_get)',
  accept: 'text/html,text/plain,application/json,text/*;q=0.9,*/*;q=0.5',
  'accept-encoding': 'gzip, deflate, br',
};

/**
 * One GET, without following anything. The address that is connected to is judged itself, at the
 * moment it is connected to: what a name meant before or will mean later does not matter.
 * @throws WebRefusal, or what the network throws
 */
export async function webRequest(
  url: URL,
  rules: WebRules,
  { signal, limitBytes }: { signal: AbortSignal; limitBytes: number },
): Promise<WebResponse> {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // An address is connected to without a lookup.
  if (isIP(host) && !rules.isAllowed(host, port)) throw notPublic(host);
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(url, {
      headers,
      signal,
      agent: false,
      lookup: guardedLookup(rules, port),
    });
    request.once('socket', (socket) => {
      socket.once('connect', () => {
        const { remoteAddress = '' } = socket;
        if (!rules.isAllowed(remoteAddress, port)) request.destroy(notPublic(remoteAddress));
      });
    });
    request.once('response', resolve);
    request.once('error', reject);
    request.end();
  });
  const { body, isCut } = await readBody(response, limitBytes);
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    location: response.headers.location,
    body,
    isCut,
  };
}

function guardedLookup(rules: WebRules, port: number): LookupFunction {
  return (name, options, done) => {
    rules.resolve(name).then(
      (addresses) => {
        const bad = addresses.find(({ address }) => !rules.isAllowed(address, port));
        const [first] = addresses;
        if (bad) done(notPublic(bad.address, name), '');
        else if (!first) done(new WebRefusal(`${name} has no address.`), '');
        else if (options.all) done(null, addresses);
        else done(null, first.address, first.family);
      },
      (error: Error) => done(error, ''),
    );
  };
}

function notPublic(address: string, name?: string): WebRefusal {
  const what = name === undefined ? address : `${name} (${address})`;
  return new WebRefusal(
    `${what} is not an address of the public internet, so it is not fetched: only public pages are.`,
  );
}

async function readBody(
  response: IncomingMessage,
  limitBytes: number,
): Promise<{ body: Buffer; isCut: boolean }> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    // Counted unpacked: a small answer may be a large one.
    for await (const chunk of unpacked(response)) {
      const bytes = Buffer.from(chunk);
      chunks.push(bytes.subarray(0, limitBytes - sizeBytes));
      sizeBytes += bytes.length;
      if (sizeBytes > limitBytes) break;
    }
  } finally {
    response.destroy();
  }
  return { body: Buffer.concat(chunks), isCut: sizeBytes > limitBytes };
}

function unpacked(response: IncomingMessage): Readable {
  const unpack = unpacker(response.headers['content-encoding']);
  if (!unpack) return response;
  response.once('error', (error) => unpack.destroy(error));
  response.once('aborted', () => unpack.destroy(new Error('the answer broke off')));
  return response.pipe(unpack);
}

function unpacker(encoding = '') {
  switch (encoding.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}
