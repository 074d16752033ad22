import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { extractAll } from '@electron/asar';
import type { AfterPackContext, Configuration } from 'electron-builder';
import { appId } from '../src/main/desktop/app-id.ts';

type Fuses = Omit<NonNullable<Configuration['electronFuses']>, 'resetAdHocDarwinSignature'>;

/**
 * What the runtime of a package can be made to do. Every one is stated, so that a new one cannot slip
 * in by its default (https://www.electronjs.org/docs/latest/tutorial/fuses).
 */
const electronFuses = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  grantFileProtocolExtraPrivileges: false,
} as const satisfies Required<Fuses>;

/** Packages that the build has put into the interface's own files already. */
const bundledPackages = [
  '@radix-ui',
  '@tanstack',
  'cmdk',
  'highlight.js',
  'lucide-react',
  'react',
  'react-dom',
  'react-markdown',
];

/** What the build has made. */
export const builtFiles = 'out/**';

export const configuration = {
  appId,
  productName: 'Relay',
  directories: { output: 'dist', buildResources: 'packaging' },
  files: [
    'bin/**',
    builtFiles,
    'resources/**',
    'package.json',
    ...bundledPackages.map((name) => `!node_modules/${name}/**`),
    // The Node that a plain process needs lies beside the archive, once.
    '!node_modules/node/**',
    '!node_modules/node-*/**',
    '!node_modules/better-sqlite3/{deps,src}/**',
    '!node_modules/**/*.{map,md,d.ts,d.cts,d.mts}',
  ],
  asar: true,
  // A native module is loaded by the system, which cannot look into an archive.
  asarUnpack: ['**/*.node'],
  // better-sqlite3 brings what it needs for every platform (Node-API).
  npmRebuild: false,
  electronFuses,
  extraResources: [{ from: 'node_modules/node/bin', to: 'relay/node_modules/node/bin' }],
  afterPack: layOutPrograms,
  linux: {
    target: ['AppImage', 'deb'],
    category: 'Development',
    icon: 'resources/icons/linux',
    // `relay` is the command.
    executableName: 'relay-desktop',
    // The window, its badge and the portals are known by the name in package.json.
    syncDesktopName: true,
    maintainer: 'Relay',
    synopsis: 'Keeps Claude Code sessions moving',
  },
  mac: {
    target: ['dmg', 'zip'],
    category: 'public.app-category.developer-tools',
    icon: 'resources/icons/relay.icns',
    hardenedRuntime: true,
  },
  win: { target: ['nsis'], icon: 'resources/icons/relay.ico' },
  nsis: { oneClick: true, perMachine: false },
} satisfies Configuration;

/**
 * Lays the same programs out beside the archive for a plain Node: the `relay` command, the headless
 * host and the hooks. The desktop itself only ever runs from the archive.
 */
async function layOutPrograms({ appOutDir, packager }: AfterPackContext): Promise<void> {
  const resources = packager.getResourcesDir(appOutDir);
  const programs = join(resources, 'relay');
  const node = join(programs, 'node_modules', 'node');
  const kept = join(resources, 'node-kept');
  if (!existsSync(node)) throw new Error(`The Node of the package is missing (${node}).`);
  cpSync(node, kept, { recursive: true });
  extractAll(join(resources, 'app.asar'), programs);
  cpSync(kept, node, { recursive: true });
  rmSync(kept, { recursive: true });
  for (const name of ['out/preload', 'out/main/desktop.js', 'resources/icons']) {
    rmSync(join(programs, name), { recursive: true, force: true });
  }
  // A runtime made for tests may bring a loader of its own.
  rmSync(join(resources, 'app'), { recursive: true, force: true });
}
