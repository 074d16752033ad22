import { join } from 'node:path';
import { app, dialog, session } from 'electron';
import type { Home } from '#core/settings/home-paths.ts';
import type { Desktop } from './desktop.ts';
import type { Programs } from './programs.ts';
import { guardSession } from './security/guard-contents.ts';
import { serveInterface } from './security/interface-scheme.ts';
import { openWindowChannels } from './security/window-ipc.ts';
import { hiddenFlag, isHiddenStart } from './start-at-login.ts';
import { openRelayWindow } from './window/relay-window.ts';

/**
 * Opens the window once Electron is ready, and then the rest. What is imported here and in index.ts is
 * what every owner waits for before he sees anything: no packages, no relay.
 */
export function startDesktop(home: Home, programs: Programs, userData: string): void {
  // Registered at once: a second start may come while this one still begins.
  const begun = app.whenReady().then(() => begin(home, programs, userData));
  app.on('second-instance', (_event, argv) => {
    if (!argv.includes(hiddenFlag)) void begun.then((desktop) => desktop.open());
  });
  app.on('activate', () => void begun.then((desktop) => desktop.open()));
  // It stays in the tray.
  app.on('window-all-closed', () => {});
  endInOrder(async () => (await begun).end());
  begun.catch((error: unknown) => {
    console.error(error);
    app.exit(1);
  });
}

async function begin(home: Home, programs: Programs, userData: string): Promise<Desktop> {
  const { version, resourcesDir, rendererDir } = programs;
  guardSession(session.defaultSession);
  openWindowChannels();
  serveInterface(session.defaultSession, rendererDir);
  const window = openRelayWindow({
    session: session.defaultSession,
    version,
    iconPath: join(resourcesDir, 'icons', 'relay.png'),
    placePath: join(userData, 'window.json'),
    isHidden: isHiddenStart(),
  });
  // Loading the rest takes the processor that the page needs for its first picture.
  await window.painted;
  const [{ openHome }, { putTogether }] = await Promise.all([
    import('#core/settings/home.ts'),
    import('./desktop.ts'),
  ]);
  const opened = openHome(home.root, join(resourcesDir, 'supervisor.md'));
  if (!opened.ok) {
    sayWhyNot(opened.error.message);
    // Nothing comes after that.
    return new Promise(() => {});
  }
  return putTogether({ home, programs, userData, window });
}

/** To the terminal and in a box; the desktop ends with it. */
export function sayWhyNot(message: string): void {
  console.error(message);
  dialog.showErrorBox('Relay cannot start', message);
  app.exit(1);
}

/** Whatever ends the app, the relay in it first ends what it is at. */
function endInOrder(end: () => Promise<void>): void {
  let phase: 'running' | 'ending' | 'over' = 'running';
  app.on('before-quit', (event) => {
    if (phase === 'over') return;
    event.preventDefault();
    if (phase === 'ending') return;
    phase = 'ending';
    void end()
      .catch((error: unknown) => console.error(error))
      .finally(() => {
        phase = 'over';
        app.quit();
      });
  });
  // Electron listens to them itself until it is ready, and would take them from whoever was earlier.
  void app.whenReady().then(() => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => app.quit());
    }
  });
}
