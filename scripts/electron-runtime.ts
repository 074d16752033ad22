import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const packageDir = join(import.meta.dirname, '..', 'node_modules', 'electron');
/** Long enough for some 120 MB, short enough for somebody who waits at a terminal. */
const fetchLimitMs = 90_000;

/** `reason`: half a sentence. */
export type ElectronRuntime = { ok: true; path: string } | { ok: false; reason: string };

/**
 * The Electron runtime to show a window with: the one that ELECTRON_OVERRIDE_DIST_PATH names, else the
 * one of the `electron` package, which fetches it when it is first wanted (and not at `npm install`).
 */
export function findElectron(environment: NodeJS.ProcessEnv): ElectronRuntime {
  const reason = whyNoWindow(environment);
  if (reason !== undefined) return { ok: false, reason };
  const named = environment.ELECTRON_OVERRIDE_DIST_PATH;
  if (named) {
    const path = join(named, executableName());
    return existsSync(path) ? { ok: true, path } : { ok: false, reason: `there is no ${path}` };
  }
  if (!existsSync(packageDir))
    return { ok: false, reason: 'the electron package is not installed' };
  return fetchedRuntime() ?? fetchRuntime();
}

/** What speaks against a window on this machine, whatever the runtime; undefined for nothing. */
function whyNoWindow({ DISPLAY, WAYLAND_DISPLAY }: NodeJS.ProcessEnv): string | undefined {
  if (process.platform !== 'linux') return undefined;
  if (!DISPLAY && !WAYLAND_DISPLAY) return 'there is no display';
  const isSandboxed = !process.argv.includes('--no-sandbox');
  if (process.getuid?.() === 0 && isSandboxed) return 'Electron does not run as root';
  return undefined;
}

function executableName(): string {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

/** The package writes down where its runtime is once it has one. */
function fetchedRuntime(): ElectronRuntime | undefined {
  const record = join(packageDir, 'path.txt');
  if (!existsSync(record)) return undefined;
  const path = join(packageDir, 'dist', readFileSync(record, 'utf8').trim());
  return existsSync(path) ? { ok: true, path } : undefined;
}

function fetchRuntime(): ElectronRuntime {
  console.error(`Fetching the Electron runtime, once (at most ${fetchLimitMs / 1000} s) ...`);
  const { error, status } = spawnSync(process.execPath, [join(packageDir, 'install.js')], {
    stdio: 'ignore',
    timeout: fetchLimitMs,
    killSignal: 'SIGKILL',
  });
  const found = status === 0 ? fetchedRuntime() : undefined;
  if (found) return found;
  const isLate = error !== undefined && 'code' in error && error.code === 'ETIMEDOUT';
  const why = isLate ? 'could not be fetched in time' : 'could not be fetched';
  return { ok: false, reason: `the Electron runtime ${why}` };
}
