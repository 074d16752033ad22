import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where the files that come with Relay are, whether it runs from source, built or packaged. */
export interface Installation {
  root: string;
  version: string;
  /** The built interface, for a browser or a window. */
  rendererDir: string;
  /** Hook scripts, standing instructions, prices, icons. */
  resourcesDir: string;
}

/** Finds the installation this module belongs to: the nearest folder above with Relay's manifest. */
export function findInstallation(from: string = import.meta.dirname): Installation {
  for (let root = from; ; root = dirname(root)) {
    const version = readRelayVersion(join(root, 'package.json'));
    if (version !== undefined) {
      const rendererDir = join(root, 'out', 'renderer');
      return { root, version, rendererDir, resourcesDir: join(root, 'resources') };
    }
    if (dirname(root) === root) throw new Error(`No package.json of Relay above ${from}`);
  }
}

function readRelayVersion(manifestPath: string): string | undefined {
  if (!existsSync(manifestPath)) return undefined;
  const manifest: unknown = JSON.parse(readFileSync(manifestPath, 'utf8'));
  const isRelay =
    typeof manifest === 'object' &&
    manifest !== null &&
    'name' in manifest &&
    manifest.name === 'relay' &&
    'version' in manifest;
  return isRelay ? String(manifest.version) : undefined;
}
