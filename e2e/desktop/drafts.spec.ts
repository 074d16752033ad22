import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'playwright/test';
import { words } from '../../src/renderer/words.ts';
import { partsOf } from '../support/parts.ts';
import { type Phone, startPhone } from '../support/phone.ts';
import { type DesktopApp, launchDesktop, makeHome, type TestHome } from './desktop-app.ts';
import { onDesktop } from './on-desktop.ts';

const reply = 'Run the tests again & show the "diff".\n\nThen stop.';
/** As one line, which is all a menu has room for. */
const replyLine = 'Run the tests again & show the "diff". Then stop.';
const name = 'docs';
const summary = `${name}: A reply to ${name} waits for your approval.`;
const relayCommand = join(import.meta.dirname, '..', '..', 'bin', 'relay');

test.describe('a draft in the tray', () => {
  const desk = onDesktop();
  // Each starts the program anew, on a machine that may do much else.
  test.slow();
  let home: TestHome;
  let phone: Phone;
  let desktop: DesktopApp;
  let itemId: string;

  test.beforeEach(async () => {
    phone = await startPhone();
    const made = await makeHome(desk.session, () => ({ text: reply }));
    home = { ...made, env: { ...made.env, ...phone.env } };
    writeFileSync(join(home.root, 'config.yaml'), 'autonomy: draft\n');
    desktop = await launchDesktop(desk.session, home);
    await desktop.linked();
    await expect(desktop.page.getByRole('contentinfo')).toContainText(words.status.running);
    // A home without sessions opens on the first steps.
    await desktop.page.keyboard.press('1');
    // A phone's word from before Relay listens is not for it.
    await wait(() => phone.ntfy.listens.length > 0, 'the phone');
    home.drop('one.json', { session_id: name, title: name, content: 'It is written. Done?' });
    await expect(partsOf(desktop.page).cards).toHaveCount(1);
    itemId = (await phone.ntfy.waitFor(phone.topic)).id;
    expect(await waiting()).toEqual([itemId]);
    expect(existsSync(inputFile())).toBe(false);
  });
  test.afterEach(async () => {
    await desktop.quit();
    await phone.ntfy.close();
    await home.remove();
  });

  const { wait } = desk;
  const inputFile = () => join(home.root, 'dispatch', name, 'input.txt');
  const trayItem = () =>
    wait(async () => (await desk.session.probe.listTrayItems())[0], 'the tray item');
  const trayMenu = async () => (await desk.session.probe.trayMenu(await trayItem())).children;
  /** What lies under the draft, once the tray shows it. */
  const draftMenu = () =>
    wait(
      async () => (await trayMenu()).find(({ label }) => label === summary)?.children,
      'the draft in the tray',
    );

  async function waiting(): Promise<string[]> {
    const { stdout } = await promisify(execFile)(relayCommand, ['inbox', '--json'], {
      env: home.env,
    });
    const items: { id: string }[] = JSON.parse(stdout);
    return items.map(({ id }) => id);
  }

  /** No hand has it any more: window, command line, phone, notification, tray. */
  async function settledEverywhere(how: string): Promise<void> {
    const { inbox, row, log } = partsOf(desktop.page);
    await expect(inbox.getByText(words.inbox.nothing)).toBeVisible();
    await row(name).click();
    await expect(log).toContainText(`${words.item.kind.draft} ${itemId}, ${how}`);
    expect(await waiting()).toEqual([]);
    const onPhone = () => phone.ntfy.shown(phone.topic).map(({ id }) => id);
    await expect.poll(onPhone).not.toContain(itemId);
    await wait(
      async () => !(await trayMenu()).some(({ label }) => label === summary),
      'a tray without the draft',
    );
    await wait(
      () => desk.session.probe.listNotifications().every(({ closed }) => closed !== undefined),
      'the end of the notification',
    );
  }

  test('is read there, sent there, and gone everywhere', async () => {
    const entries = await draftMenu();
    expect(entries.map(({ label, type }) => (type === 'separator' ? '-' : label))).toEqual([
      `A reply to ${name} waits for your approval.`,
      replyLine,
      '-',
      'Open',
      'Send',
      'Throw away',
    ]);
    expect(entries.slice(0, 2).map(({ enabled }) => enabled)).toEqual([false, false]);

    await desk.session.probe.clickTrayMenu(await trayItem(), [summary, 'Send']);
    await wait(() => existsSync(inputFile()), 'the reply');
    expect(readFileSync(inputFile(), 'utf8')).toBe(reply);
    rmSync(inputFile());
    await settledEverywhere(`${words.item.settled.approved} ${words.via.tray}`);
  });

  test('is thrown away there: nothing is sent, and the session may stop', async () => {
    await draftMenu();
    await desk.session.probe.clickTrayMenu(await trayItem(), [summary, 'Throw away']);
    await wait(() => existsSync(join(home.root, 'dispatch', name, 'release')), 'the release');
    expect(existsSync(inputFile())).toBe(false);
    await settledEverywhere(`${words.item.settled.dismissed} ${words.via.tray}`);
  });

  test('is opened from there, in a window that was hidden', async () => {
    await draftMenu();
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
    await desktop.page.keyboard.press('3');
    await desk.session.probe.clickTrayMenu(await trayItem(), [summary, 'Open']);
    await wait(desktop.isWindowVisible, 'the window');
    await expect(partsOf(desktop.page).cards).toBeVisible();
    expect(await waiting()).toEqual([itemId]);
  });

  test('goes from there once it is sent from the phone', async () => {
    await draftMenu();
    await phone.tap(itemId, 'Send it');
    await wait(() => existsSync(inputFile()), 'the reply');
    await settledEverywhere(`${words.item.settled.approved} ${words.via.ntfy}`);
  });
});
