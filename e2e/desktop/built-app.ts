import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  globSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', '..');
const appDir = join(root, '.cache', 'desktop-e2e');
const sources = ['src/**/*.{ts,tsx,css,html,svg}', 'electron.vite.config.ts', 'package.json'];
/** The runtime of the rig; the usual build is for the one of the `electron` package. */
const electronMajor = '33';

/** Builds Relay for the rig's runtime, beside the usual build, where something has changed. */
export function builtApp(): string {
  const stamp = join(appDir, 'built');
  const newest = Math.max(
    ...globSync(sources, { cwd: root }).map((path) => statSync(join(root, path)).mtimeMs),
  );
  const builtAt = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (builtAt > newest) return appDir;
  mkdirSync(appDir, { recursive: true });
  copyFileSync(join(root, 'package.json'), join(appDir, 'package.json'));
  for (const name of ['bin', 'node_modules', 'resources']) {
    rmSync(join(appDir, name), { force: true });
    symlinkSync(join('..', '..', name), join(appDir, name));
  }
  const builder = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const args = ['build', '--outDir', join(appDir, 'out'), '--logLevel', 'warn'];
  const { status } = spawnSync(process.execPath, [builder, ...args], {
    cwd: root,
    env: { ...process.env, ELECTRON_MAJOR_VER: electronMajor },
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The desktop could not be built.');
  writeFileSync(stamp, '');
  return appDir;
}
