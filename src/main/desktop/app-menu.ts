import { app, Menu, type MenuItemConstructorOptions } from 'electron';

/** The menu bar: what the platform's shortcuts need (on macOS copy and paste come from here). */
export function setAppMenu(): void {
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
      ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
    ],
  };
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      process.platform === 'darwin' ? { role: 'appMenu' } : { role: 'fileMenu' },
      { role: 'editMenu' },
      view,
      { role: 'windowMenu' },
    ]),
  );
}
