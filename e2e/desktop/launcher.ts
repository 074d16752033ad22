import { _electron } from 'playwright';
import { type Launcher, usualLook } from '../support/launcher.ts';
import { builtApp } from './built-app.ts';
import { electronFlags } from './desktop-app.ts';
import { startDesktopSession } from './rig.ts';

/**
 * Relay's own window, attached to the relay of a spec, on a private desktop of its own: what
 * `support/interface.ts` runs the common specs in, beside a browser.
 */
export async function createDesktopLauncher(): Promise<Launcher> {
  const session = await startDesktopSession();
  return {
    async open({ env }, look = {}) {
      const { viewport, colorScheme } = { ...usualLook, ...look };
      const app = await _electron.launch({
        chromiumSandbox: session.isSandboxed,
        args: [...electronFlags, builtApp()],
        env: { ...session.env, ...env },
        colorScheme,
      });
      const page = await app.firstWindow();
      await app.evaluate(
        ({ BrowserWindow }, size) =>
          BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
        viewport ?? usualLook.viewport,
      );
      await page.emulateMedia({ reducedMotion: 'reduce', colorScheme });
      return page;
    },
    close: () => session.end(),
  };
}
