import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import { makeHomeFolders } from '#core/settings/home-folders.ts';
import { homeRoot } from '#core/settings/home-paths.ts';
import { appId } from './app-id.ts';
import { environment } from './environment.ts';
import { findPrograms } from './programs.ts';
import { guardContents } from './security/guard-contents.ts';
import { declareInterfaceScheme } from './security/interface-scheme.ts';
import { sayWhyNot, startDesktop } from './start.ts';

/**
 * The desktop program. What has to be said before Electron is ready is said here; nothing may be
 * awaited at the top level, since Electron is not ready before this module has run.
 */
// The terminal it was started from may be gone, and writing there is an error then. Electron shows an
// error that nobody handles in a box of its own, behind which everything stands still.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
// Electron refuses to start as root but with this switch, and with both it never stops trying.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
// Electron 38 and later are native there, where only the desktop portal can give a key from anywhere.
if (process.platform === 'linux' && process.env.XDG_SESSION_TYPE === 'wayland') {
  const asked = app.commandLine.getSwitchValue('enable-features');
  const features = [...(asked === '' ? [] : [asked]), 'GlobalShortcutsPortal'].join(',');
  app.commandLine.appendSwitch('enable-features', features);
}
declareInterfaceScheme();
app.setAppUserModelId(appId);
guardContents();

const programs = findPrograms(app.isPackaged);
const made = makeHomeFolders(homeRoot(environment));
if (made.ok) {
  // One desktop for each home: its files, and with them the lock, are in the home.
  const userData = join(made.home.state, 'desktop');
  mkdirSync(userData, { recursive: true, mode: 0o700 });
  app.setPath('userData', userData);
  app.setPath('sessionData', userData);
  if (app.requestSingleInstanceLock()) startDesktop(made.home, programs, userData);
  else app.quit();
} else {
  sayWhyNot(made.error.message);
}
