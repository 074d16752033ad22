import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import type { Step } from './http-app.ts';

export const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

const pageHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Serves the built interface from memory, read once: no path of a request ever touches the disk,
 * and a build meanwhile does not mix old files with new. Empty where nothing is built.
 */
export async function loadInterfaceFiles(dir: string): Promise<Step> {
  const files = new Map<string, { body: Buffer; type: string }>();
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const type = contentTypes[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const address = `/${relative(dir, path).split(sep).join('/')}`;
    files.set(address, { body: await readFile(path), type });
  }

  return (request, response, url) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const file = files.get(url.pathname === '/' ? '/index.html' : url.pathname);
    if (file === undefined) return false;
    // Names under assets/ carry a hash of what is in them.
    const isForever = url.pathname.startsWith('/assets/');
    response.writeHead(200, {
      ...pageHeaders,
      'content-type': file.type,
      'content-length': file.body.length,
      'cache-control': isForever ? 'private, max-age=31536000, immutable' : 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : file.body);
    return true;
  };
}
