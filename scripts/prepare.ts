/**
 * After `npm install`: builds, and makes `npx relay` work in a checkout. Needs no network and no
 * Electron runtime.
 */
import { existsSync, lstatSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { build, canBuild } from './build.ts';

const bin = join(import.meta.dirname, '..', 'node_modules', '.bin');

/**
 * npm links the commands of packages only, not those of the project that it installs. A `bin` in
 * package.json would not help: npx then installs the project once more, into its own cache, and runs
 * that; without one it looks here first.
 */
function linkCommand(): void {
  // On Windows the command is started by `npm run relay`; a link would need special rights.
  if (process.platform === 'win32' || !existsSync(bin)) return;
  const link = join(bin, 'relay');
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link);
  symlinkSync(join('..', '..', 'bin', 'relay'), link);
}

linkCommand();
if (canBuild()) {
  if (!build()) process.exit(1);
} else {
  console.log('Not built: the development packages are not installed.');
}
