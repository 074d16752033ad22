import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { builtApp } from './built-app.ts';

const root = resolve(import.meta.dirname, '..', '..');
const outputDir = join(root, '.cache', 'package');
/** What a package is made of, beside what is built. */
const sources = [
  'bin/*',
  'packaging/**/*',
  'resources/**/*',
  'scripts/package.ts',
  'package.json',
  'package-lock.json',
];

/** On two busy cores; most of it is copying the runtime, Node and the archive. */
export const packagingMs = 300_000;

/**
 * The unpacked package with the rig's runtime, made anew where something in it has changed; the build
 * that the other specs run stays as it is.
 * @returns its folder.
 */
export function builtPackage(runtimeDir: string): string {
  const packageDir = join(outputDir, 'linux-unpacked');
  const stamp = join(outputDir, 'made');
  const appDir = builtApp();
  const newest = Math.max(
    ...globSync(sources, { cwd: root }).map((path) => statSync(join(root, path)).mtimeMs),
    statSync(join(appDir, 'built')).mtimeMs,
  );
  const madeAt = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (madeAt > newest) return packageDir;
  mkdirSync(outputDir, { recursive: true });
  rmSync(stamp, { force: true });
  const script = join(root, 'scripts', 'package.ts');
  const args = ['--dir', '--electron-dist', runtimeDir, '--output', outputDir];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [script, ...args, '--built', join(appDir, 'out')],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`The package could not be made: ${stdout}${stderr}`);
  writeFileSync(stamp, '');
  return packageDir;
}
