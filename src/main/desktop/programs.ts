import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findInstallation } from '#core/installation.ts';

/** What comes with Relay beside the desktop itself. */
export interface Programs {
  /**
   * The folder of the `relay` command, its Node and its scripts. In a package that is a folder beside
   * the archive the desktop runs from, since a plain Node cannot read the archive.
   */
  root: string;
  /** The Node that comes with Relay. */
  nodePath: string;
  /** The `relay` command. */
  commandPath: string;
  rendererDir: string;
  /** Icons and tray images. */
  resourcesDir: string;
  version: string;
}

export function findPrograms(isPackaged: boolean): Programs {
  const { root: own, version, rendererDir, resourcesDir } = findInstallation();
  const root = isPackaged ? join(process.resourcesPath, 'relay') : own;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const nodePaths = [
    join(root, 'node_modules', 'node', 'bin', name),
    join(root, 'node_modules', '.bin', name),
  ];
  const nodePath =
    nodePaths.find((path) => existsSync(path)) ?? join(root, 'node_modules/node/bin', name);
  return {
    ...{ root, version, rendererDir, resourcesDir, nodePath },
    commandPath: join(root, 'bin', 'relay'),
  };
}
