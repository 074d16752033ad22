import { join } from 'node:path';
import { BrowserWindow, nativeTheme, type Session, screen } from 'electron';
import { tellChannels, versionFlag } from '#shared/desktop-channels.ts';
import { interfaceUrl } from '../security/interface-origin.ts';
import { heardFromWindow, tellWindow } from '../security/window-ipc.ts';
import { isReachable, readWindowPlace, writeWindowPlace } from './window-place.ts';

export interface RelayWindowOptions {
  session: Session;
  version: string;
  iconPath: string;
  /** Where the window's place is kept. */
  placePath: string;
  /** It is not shown before it is asked for; else as soon as it has something to show. */
  isHidden: boolean;
}

export interface RelayWindow {
  /** Settles when the first picture is up, or is not to be waited for. */
  painted: Promise<void>;
  /** Calls when the window was shown, hidden, focused or left. */
  onAttention(listener: () => void): void;
  show(): void;
  /** Tells the interface; one that still loads hears it when it is there. */
  tell(channel: string, ...values: unknown[]): void;
  /** Whether the owner is looking at it. */
  hasAttention(): boolean;
  /** Windows only. */
  setOverlay: BrowserWindow['setOverlayIcon'];
  /** From now on closing it closes it; before, that only hides it. */
  letClose(): void;
  browserWindow: BrowserWindow;
}

const size = { width: 1200, height: 760, minWidth: 720, minHeight: 480 };
/** A page that dies as soon as it is loaded must not be loaded for ever. */
const reloadPauseMs = 5_000;
/** From the interface being loaded to its first picture. */
const longestPaintMs = 1_000;

export function openRelayWindow(options: RelayWindowOptions): RelayWindow {
  const { session, version, iconPath, placePath, isHidden } = options;
  const place = readWindowPlace(placePath);
  const screens = screen.getAllDisplays().map(({ workArea }) => workArea);
  const isKept = place !== undefined && isReachable(place, screens);
  const window = new BrowserWindow({
    ...size,
    ...(isKept ? { x: place.x, y: place.y, width: place.width, height: place.height } : {}),
    title: 'Relay',
    show: false,
    autoHideMenuBar: true,
    // What is there before the first paint.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#1b1b1d' : '#ffffff',
    webPreferences: {
      session,
      preload: join(import.meta.dirname, '..', 'preload', 'index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      additionalArguments: [`${versionFlag}${version}`],
    },
  });
  if (isKept && place.isMaximized) window.maximize();

  let mayClose = false;
  window.on('close', (event) => {
    writeWindowPlace(placePath, { ...window.getNormalBounds(), isMaximized: window.isMaximized() });
    if (mayClose) return;
    event.preventDefault();
    window.hide();
  });
  reloadWhenGone(window);
  if (!isHidden) window.once('ready-to-show', () => window.show());
  const painted = firstPicture(window, isHidden);
  window.loadURL(interfaceUrl).catch((error: unknown) => console.error(error));
  // While the page's process begins; macOS takes the program's.
  if (process.platform !== 'darwin') window.setIcon(iconPath);
  const contents = window.webContents;
  return {
    browserWindow: window,
    painted,
    onAttention(listener) {
      for (const change of ['show', 'hide', 'focus', 'blur', 'minimize', 'restore'] as const) {
        // TypeScript picks one overload of `on` per literal, and this is a union of them.
        window.on(change as 'show', listener);
      }
    },
    show() {
      if (window.isMinimized()) window.restore();
      window.show();
      // Restoring alone does not give it the focus.
      window.focus();
    },
    tell(channel, ...values) {
      const say = () => tellWindow(contents, channel, ...values);
      if (contents.isLoading()) contents.once('did-finish-load', say);
      else say();
    },
    hasAttention: () => window.isVisible() && window.isFocused(),
    setOverlay: (overlay, description) => window.setOverlayIcon(overlay, description),
    letClose() {
      mayClose = true;
    },
  };
}

/** It will not come where it is hidden, cannot be loaded, or its process dies. */
function firstPicture({ webContents }: BrowserWindow, isHidden: boolean): Promise<void> {
  return new Promise((resolve) => {
    void heardFromWindow(tellChannels.painted).then(resolve);
    webContents.once('did-fail-load', () => resolve());
    webContents.once('render-process-gone', () => resolve());
    // Nor where no part of it is on a screen, which nothing tells.
    webContents.once('did-finish-load', () => setTimeout(resolve, isHidden ? 0 : longestPaintMs));
  });
}

function reloadWhenGone(window: BrowserWindow): void {
  let reloadedAt = 0;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    console.error(`The window's process is gone (${reason}).`);
    const pauseMs = Math.max(0, reloadedAt + reloadPauseMs - Date.now());
    setTimeout(() => {
      reloadedAt = Date.now();
      if (!window.isDestroyed()) window.webContents.reload();
    }, pauseMs);
  });
}
