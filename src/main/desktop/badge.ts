import { join } from 'node:path';
import { app, nativeImage } from 'electron';
import type { RelayWindow } from './window/relay-window.ts';

/** The count of what waits, on the dock, the launcher or the taskbar. */
export function showBadge(count: number, window: RelayWindow, resourcesDir: string): void {
  if (process.platform !== 'win32') {
    app.setBadgeCount(count);
    return;
  }
  const image = nativeImage.createFromPath(join(resourcesDir, 'icons', 'overlay.png'));
  if (count === 0) window.setOverlay(null, '');
  else window.setOverlay(image, `${count} waiting for you`);
}
