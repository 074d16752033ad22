import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { type Launcher, usualLook } from '../support/launcher.ts';
import { builtApp } from './built-app.ts';
import { electronFlags } from './desktop-app.ts';
import { startDesktopSession } from './rig.ts';
import { answerSaveDialog } from './save-dialog.ts';

/**
 * Relay's own window, attached to the relay of a spec, on a private desktop of its own: what
 * `support/interface.ts` runs the common specs in, beside a browser.
 */
export async function createDesktopLauncher(): Promise<Launcher> {
  const session = await startDesktopSession();
  const apps = new Map<Page, ElectronApplication>();
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
      apps.set(page, app);
      await app.evaluate(
        ({ BrowserWindow }, size) =>
          BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
        viewport ?? usualLook.viewport,
      );
      await page.emulateMedia({ reducedMotion: 'reduce', colorScheme });
      return page;
    },
    async saved(page, press) {
      const app = apps.get(page);
      if (app === undefined) throw new Error('The page is none of this launcher.');
      const folder = mkdtempSync(join(tmpdir(), 'relay-saved-'));
      const file = join(folder, 'chosen');
      const asked = await answerSaveDialog(app, file);
      await press();
      const { defaultPath } = await asked();
      const text = await session.probe.waitFor(() => readFileSync(file, 'utf8'), {
        what: 'the saved file',
      });
      rmSync(folder, { recursive: true });
      return { name: basename(defaultPath), text };
    },
    close: () => session.end(),
  };
}
