import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import { words } from '../../src/renderer/words.ts';
import { builtApp } from './built-app.ts';
import {
  launchDesktop,
  makeHome,
  spawnDesktop,
  startPlainDesktop,
  type TestHome,
} from './desktop-app.ts';
import { onDesktop } from './on-desktop.ts';

test.describe('the start', () => {
  const desk = onDesktop();
  // Each starts the program several times.
  test.slow();
  let home: TestHome;

  test.beforeEach(async () => {
    home = await makeHome(desk.session, () => ({ text: 'Go on.' }));
  });
  test.afterEach(() => home.remove());

  const tooltip = async () => (await desk.session.probe.listTrayItems())[0]?.tooltip ?? '';

  test('at login is switched on in the settings, and does as the entry says', async () => {
    const entry = join(desk.session.env.XDG_CONFIG_HOME ?? '', 'autostart', 'relay.desktop');
    const first = await launchDesktop(desk.session, home);
    await first.linked();
    // A home without sessions opens on the first steps, once it is known to be one.
    await expect(first.page.getByRole('contentinfo')).toContainText(words.status.running);
    await first.page.keyboard.press('1');
    await first.page.getByRole('button', { name: words.sessions.settings }).click();
    const { appearance } = words.settings.parts;
    await first.page.getByRole('button', { name: appearance, exact: true }).click();
    const box = first.page.getByRole('checkbox', { name: words.settings.startAtLogin });
    await expect(box).not.toBeChecked();
    await box.click();
    await expect(box).toBeChecked();
    await first.quit();

    // As the session of the user starts it: a shell reads the same quotes as the entry's own rules.
    const line = /^Exec=(.*)$/m.exec(readFileSync(entry, 'utf8'))?.[1] ?? '';
    expect(line).toContain('--hidden');
    const { RELAY_HOME, ...env } = home.env;
    const shell = { program: '/bin/sh', args: ['-c', `exec ${line} "$@"`, 'relay'] };
    const desktop = await startPlainDesktop(desk.session, { ...home, env }, shell);
    expect((await desktop.call('status', {})).home).toBe(home.root);
    await desktop.quit();
    rmSync(entry);
  });

  test('at login brings the tray and no window, until it is asked for', async () => {
    const desktop = await launchDesktop(desk.session, home, { args: ['--hidden'] });
    await desktop.linked();
    await desk.session.probe.waitFor(async () => (await tooltip()) === 'Relay: idle');
    expect(await desktop.isWindowVisible()).toBe(false);

    const again = spawnDesktop(desk.session, home, { args: [builtApp(), '--hidden'] });
    expect(await once(again, 'exit')).toEqual([0, null]);
    expect(await desktop.isWindowVisible()).toBe(false);
    const asked = spawnDesktop(desk.session, home, { args: [builtApp()] });
    expect(await once(asked, 'exit')).toEqual([0, null]);
    await desk.session.probe.waitFor(desktop.isWindowVisible, { what: 'the window' });
    await desktop.quit();
  });

  test('does not stop where nobody reads what it says', async () => {
    writeFileSync(join(home.root, 'relay.db'), 'no database'.repeat(1000));
    const desktop = spawnDesktop(desk.session, home, { args: [builtApp()] });
    const ended = once(desktop, 'exit');
    // As a terminal that is closed: each word of the relay that cannot start is an error now.
    desktop.stderr?.once('data', () => desktop.stderr?.destroy());
    await desk.session.probe.waitFor(async () => /database .* is damaged/.test(await tooltip()), {
      timeout: 20_000,
      what: 'the tray that says why there is no relay',
    });
    desktop.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
