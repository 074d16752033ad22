import { isDeepStrictEqual } from 'node:util';
import { Menu, type MenuItemConstructorOptions, nativeTheme, Tray } from 'electron';
import type { Glance } from '../glance.ts';
import { trayIcon } from './tray-icons.ts';
import { type TrayAction, type TrayEntry, type TrayView, trayView } from './tray-view.ts';

export interface RelayTrayOptions {
  resourcesDir: string;
  onAction: (action: TrayAction) => void;
  /** The icon itself was clicked. */
  onClick: () => void;
}

export interface RelayTray {
  show(glance: Glance): void;
  destroy(): void;
}

export function openTray(options: RelayTrayOptions): RelayTray {
  const { resourcesDir, onAction, onClick } = options;
  const icon = (view: TrayView) =>
    trayIcon(resourcesDir, view.icon, nativeTheme.shouldUseDarkColors);
  let shown = trayView({ kind: 'lost', message: 'The relay is starting.' });
  let menu = buildMenu(shown, onAction);
  const tray = new Tray(icon(shown));
  tray.on('click', onClick);
  // With a menu of its own, a click on macOS would only ever open the menu.
  if (process.platform === 'darwin') tray.on('right-click', () => tray.popUpContextMenu(menu));
  const setMenu = () => process.platform !== 'darwin' && tray.setContextMenu(menu);
  tray.setToolTip(shown.tooltip);
  setMenu();
  const repaint = () => tray.setImage(icon(shown));
  nativeTheme.on('updated', repaint);

  return {
    show(glance) {
      const view = trayView(glance);
      const before = shown;
      shown = view;
      if (view.icon !== before.icon) repaint();
      if (view.count !== before.count) tray.setTitle(view.count === '' ? '' : ` ${view.count}`);
      if (view.tooltip !== before.tooltip) tray.setToolTip(view.tooltip);
      // A menu that is replaced while it is open can take a click at another entry.
      if (isDeepStrictEqual(view.menu, before.menu)) return;
      menu = buildMenu(view, onAction);
      setMenu();
    },
    destroy() {
      nativeTheme.off('updated', repaint);
      tray.destroy();
    },
  };
}

function buildMenu(view: TrayView, onAction: (action: TrayAction) => void): Menu {
  return Menu.buildFromTemplate(menuItems(view.menu, onAction));
}

const menuItems = (entries: readonly TrayEntry[], onAction: (action: TrayAction) => void) =>
  entries.map((entry) => menuItem(entry, onAction));

function menuItem(
  entry: TrayEntry,
  onAction: (action: TrayAction) => void,
): MenuItemConstructorOptions {
  switch (entry.kind) {
    case 'separator':
      return { type: 'separator' };
    case 'line':
      return { label: literal(entry.label), enabled: false };
    case 'action':
      return { label: literal(entry.label), click: () => onAction(entry.action) };
    case 'submenu':
      return { label: literal(entry.label), submenu: menuItems(entry.entries, onAction) };
  }
}

/** A single ampersand would mark an access key. */
const literal = (label: string) => label.replaceAll('&', '&&');
