/**
 * `npm start`: builds what is stale, then opens the window; where there can be none, it says so in one
 * line and serves the same interface to the browser. What follows `--` goes to the desktop.
 */
import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connectRelay } from '../src/main/core/rpc/client.ts';
import { homeRoot } from '../src/main/core/settings/home-paths.ts';
import { build, isBuildStale } from './build.ts';
import { findElectron } from './electron-runtime.ts';

const root = join(import.meta.dirname, '..');
/** A runtime that ends this soon with an error did not start (a library is missing, say). */
const failedStartMs = 10_000;

if (isBuildStale() && !build()) process.exit(1);
const electron = findElectron(process.env);
const problem = electron.ok ? await openWindow(electron.path) : electron.reason;
if (problem === undefined) process.exit(0);
console.error(`No window: ${problem}. Here is the same interface for your browser:`);
await openInBrowser();

/** Resolves when the desktop has ended, with half a sentence where it did not start. */
async function openWindow(electronPath: string): Promise<string | undefined> {
  const { ELECTRON_RUN_AS_NODE, ...env } = process.env;
  const startedMs = performance.now();
  const desktop = spawn(electronPath, [root, ...process.argv.slice(2)], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => desktop.kill(signal));
  }
  const outcome = await Promise.race([
    once(desktop, 'exit').then(([code, signal]) => ({ code, signal })),
    once(desktop, 'error').then(([error]) => ({ code: String(error), signal: null })),
  ]);
  if (outcome.code === 0) return undefined;
  const isFailedStart = performance.now() - startedMs < failedStartMs;
  if (!isFailedStart) process.exit(Number(outcome.code) || 1);
  return `the Electron runtime did not start (${outcome.code ?? outcome.signal})`;
}

/** The relay that runs already, or one in this process, so that signals and exit code are its own. */
async function openInBrowser(): Promise<void> {
  const home = homeRoot(process.env);
  const running = await connectRelay(home);
  const url = await running?.interfaceUrl();
  if (url?.ok) {
    console.log(url.value);
    showPage(url.value);
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeAllListeners(signal);
  void showOwnPage(home);
  await import(new URL('../out/main/headless.js', import.meta.url).href);
}

/** Opens the browser once the relay of this process answers. */
async function showOwnPage(home: string): Promise<void> {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const url = await (await connectRelay(home))?.interfaceUrl();
    if (url?.ok) return showPage(url.value);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Where there is somebody to see it; a browser that does not open is no fault of the relay. */
function showPage(url: string): void {
  const { DISPLAY, WAYLAND_DISPLAY, CI } = process.env;
  if (CI || (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY)) return;
  const options: SpawnOptions = { stdio: 'ignore', detached: true };
  const opener =
    process.platform === 'darwin'
      ? spawn('open', [url], options)
      : process.platform === 'win32'
        ? spawn('explorer', [url], options)
        : spawn('xdg-open', [url], options);
  opener.on('error', () => {});
  opener.unref();
}
