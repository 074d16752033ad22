import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { protocol, type Session } from 'electron';
import { contentTypes } from '#headless/interface-files.ts';
import { contentPolicy } from './content-policy.ts';
import { interfaceScheme, isInterfaceUrl } from './interface-origin.ts';

/** To be called before Electron is ready: makes the scheme one that pages can have as origin. */
export function declareInterfaceScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: interfaceScheme, privileges: { standard: true, secure: true, codeCache: true } },
  ]);
}

/**
 * Serves the built interface at `relay://app/`. The files are listed once, so that no path of a
 * request ever touches the disk; at the first request, while the page's process begins.
 */
export function serveInterface(session: Session, rendererDir: string): void {
  let listed: ReturnType<typeof listFiles> | undefined;
  session.protocol.handle(interfaceScheme, (request) => {
    const path = isInterfaceUrl(request.url) ? new URL(request.url).pathname : undefined;
    listed ??= listFiles(rendererDir);
    const file = path === undefined ? undefined : listed.get(path === '/' ? '/index.html' : path);
    if (file === undefined || request.method !== 'GET') return new Response(null, { status: 404 });
    return new Response(readFileSync(file.path), {
      headers: {
        'content-type': file.type,
        'content-security-policy': contentPolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      },
    });
  });
}

/** The interface's files by their address. */
function listFiles(dir: string): Map<string, { path: string; type: string }> {
  const files = new Map<string, { path: string; type: string }>();
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    const type = contentTypes[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(`/${relative(dir, path).split(sep).join('/')}`, { path, type });
  }
  return files;
}
