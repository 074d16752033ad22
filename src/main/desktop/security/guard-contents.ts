import { app, type Session, shell, type WebContents } from 'electron';
import { isInterfaceUrl, outsideAddress } from './interface-origin.ts';

/**
 * What no page may ever do, for every page there will be: go elsewhere, open a window, embed another
 * page, ask for a permission, download.
 */
export function guardContents(): void {
  app.on('web-contents-created', (_event, contents) => guardPage(contents));
}

function guardPage(contents: WebContents): void {
  contents.on('will-navigate', (details) => {
    if (!isInterfaceUrl(details.url)) details.preventDefault();
  });
  contents.on('will-redirect', (details) => {
    if (!isInterfaceUrl(details.url)) details.preventDefault();
  });
  contents.on('will-frame-navigate', (details) => {
    if (!details.isMainFrame || !isInterfaceUrl(details.url)) details.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url);
    return { action: 'deny' };
  });
}

/** Denies every permission and every download of a session. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
}

/** Opens an `https:` address in the browser; anything else is ignored. */
export function openOutside(address: string): void {
  const url = outsideAddress(address);
  if (url === undefined) return;
  shell.openExternal(url).catch((error: unknown) => {
    console.error('An address could not be opened:', error);
  });
}
