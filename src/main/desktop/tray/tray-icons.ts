import { join } from 'node:path';
import { type NativeImage, nativeImage } from 'electron';
import type { GlanceState } from '../glance.ts';

/**
 * The tray's picture of a state. macOS colours a template image itself; elsewhere it is chosen for
 * the colour of the system's surfaces.
 */
export function trayIcon(resourcesDir: string, state: GlanceState, isDark: boolean): NativeImage {
  const folder = join(resourcesDir, 'icons', 'tray');
  if (process.platform === 'darwin') {
    const image = nativeImage.createFromPath(join(folder, `${state}Template.png`));
    image.setTemplateImage(true);
    return image;
  }
  return nativeImage.createFromPath(join(folder, `${state}-${isDark ? 'light' : 'dark'}.png`));
}
