import { execFileSync } from 'node:child_process';
import { mkdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import { words } from '../../src/renderer/words.ts';
import { partsOf } from '../support/parts.ts';
import { builtApp } from './built-app.ts';
import { type DesktopApp, launchDesktop, makeHome, type TestHome } from './desktop-app.ts';
import { onDesktop } from './on-desktop.ts';
import { pressKeys } from './press-key.ts';

test.describe('at home on the machine', () => {
  const desk = onDesktop();
  // Each starts the program anew, on a machine that may do much else.
  test.slow();
  let home: TestHome;
  let desktop: DesktopApp;

  test.beforeEach(async () => {
    home = await makeHome(desk.session, () => ({ text: 'Go on.' }));
  });
  test.afterEach(async () => {
    await desktop.quit();
    await home.remove();
  });

  const { wait, tooltip } = desk;
  async function launch(env: Record<string, string> = {}): Promise<void> {
    desktop = await launchDesktop(desk.session, home, { env });
    await desktop.linked();
    await expect(desktop.page.getByRole('contentinfo')).toContainText(words.status.running);
    // A home without sessions opens on the first steps.
    await desktop.page.keyboard.press('1');
  }
  /**
   * One press in ten is lost on a machine with a load of 40, whoever has the focus: X announces another
   * keyboard with the first key, and Electron may still be reading that one's layout.
   */
  const pressUntilShown = (key: 'J' | 'K') =>
    expect(async () => {
      await pressKeys(desk.session.env, 'Control', 'Alt', key);
      await expect.poll(desktop.isWindowVisible, { timeout: 3_000 }).toBe(true);
    }).toPass({ timeout: 30_000 });
  async function hide(): Promise<void> {
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
    await wait(async () => !(await desktop.isWindowVisible()), 'the hidden window');
  }

  test('a key brings the inbox from anywhere, and another one once that is set', async () => {
    await launch();
    const { inbox } = partsOf(desktop.page);
    await desktop.page.keyboard.press('3');
    await expect(inbox).toBeHidden();
    await hide();
    await pressUntilShown('J');
    await expect(inbox).toBeVisible();

    await desktop.call('settings.set', { key: 'desktop.shortcut', value: 'Control+Alt+K' });
    const isRegistered = (accelerator: string) =>
      desktop.app.evaluate(
        ({ globalShortcut }, key) => globalShortcut.isRegistered(key),
        accelerator,
      );
    await wait(() => isRegistered('Control+Alt+K'), 'the other key');
    expect(await isRegistered('Control+Alt+J')).toBe(false);
    await hide();
    await pressUntilShown('K');
  });

  test('a key that the system does not give is spoken of in the window', async () => {
    await launch();
    const { page } = desktop;
    await desktop.call('settings.set', { key: 'desktop.shortcut', value: 'Control+Alt+Rubbish' });
    await expect(page.getByText('Control+Alt+Rubbish is no shortcut')).toBeVisible();
  });

  test('after a sleep it looks for its relay at once, though no timer has run', async () => {
    const login = await desk.session.joinBus();
    login.serve('/org/freedesktop/login1', { 'org.freedesktop.login1.Manager': { methods: {} } });
    await login.requestName('org.freedesktop.login1');
    const prepareForSleep = (isBeginning: boolean) =>
      login.emit({
        path: '/org/freedesktop/login1',
        interface: 'org.freedesktop.login1.Manager',
        member: 'PrepareForSleep',
        signature: 'b',
        body: [isBeginning],
      });
    const database = join(home.root, 'relay.db');
    writeFileSync(database, 'no database'.repeat(1000));
    desktop = await launchDesktop(desk.session, home);
    // What a machine that sleeps does to a program: its timers stand still.
    await desktop.app.evaluate(() => {
      const waits: number[] = [];
      const usual = setTimeout;
      const patched = (work: () => void, delayMs = 0, ...given: []) => {
        if (delayMs >= 1_000) waits.push(delayMs);
        return usual(work, delayMs < 1_000 ? delayMs : 2 ** 31 - 1, ...given);
      };
      Object.assign(globalThis, { waits, setTimeout: patched });
    });
    await tooltip(/database .* is damaged/);
    await wait(
      () => desktop.app.evaluate(() => Reflect.get(globalThis, 'waits').includes(1_000)),
      'the wait before the next search',
    );
    for (const ending of ['', '-wal', '-shm']) rmSync(`${database}${ending}`, { force: true });

    prepareForSleep(true);
    prepareForSleep(false);
    await tooltip(/idle/);
  });

  test('the relay command is installed from the settings, and works in a terminal', async () => {
    const userHome = join(home.root, 'user');
    mkdirSync(userHome);
    await launch({ HOME: userHome });
    const { page } = desktop;
    await page.getByRole('button', { name: words.sessions.settings }).click();
    await page.getByRole('button', { name: words.settings.parts.appearance, exact: true }).click();
    const link = join(userHome, '.local', 'bin', 'relay');
    await expect(page.getByText(words.settings.commandState.missing(link))).toBeVisible();
    await page.getByRole('button', { name: words.settings.commandInstall }).click();
    await expect(page.getByText(words.settings.commandState.installed(link))).toBeVisible();
    expect(readlinkSync(link)).toBe(join(builtApp(), 'bin', 'relay'));

    const status: unknown = JSON.parse(
      execFileSync('/bin/sh', ['-c', '"$0" status --json', 'relay'], {
        encoding: 'utf8',
        env: {
          PATH: `${join(userHome, '.local', 'bin')}:/usr/bin:/bin`,
          HOME: userHome,
          RELAY_HOME: home.root,
        },
      }),
    );
    expect(status).toMatchObject({ home: home.root, state: 'idle' });
  });
});
