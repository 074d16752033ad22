import { spawnSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const builder = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
const results = [
  'out/main/cli.js',
  'out/main/desktop.js',
  'out/main/headless.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
];
const sources = ['src/**/*.{ts,tsx,css,html,svg}', 'electron.vite.config.ts', 'package.json'];

/** Whether the tools to build with are there (an install without development packages has none). */
export function canBuild(): boolean {
  return existsSync(builder);
}

/** Whether something the build is made of is newer than what was built. */
export function isBuildStale(): boolean {
  const built = results.map((path) => modifiedAt(join(root, path)));
  const newest = globSync(sources, { cwd: root }).map((path) => modifiedAt(join(root, path)));
  return Math.max(...newest) > Math.min(...built);
}

/** Milliseconds; 0 for what is not there. */
function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Builds everything into out/; true when it worked. What went wrong has been printed. */
export function build(): boolean {
  const args = [builder, 'build', '--logLevel', 'warn'];
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0;
}
