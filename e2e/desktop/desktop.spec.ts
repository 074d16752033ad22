import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import type { ItemId } from '#shared/ids.ts';
import { builtApp } from './built-app.ts';
import { type DesktopApp, launchDesktop, makeHome, type TestHome } from './desktop-app.ts';
import { type DesktopSession, firstStartMs, startDesktopSession, whyNoRig } from './rig.ts';

/** A session that speaks of a table makes the supervisor ask; any other gets an answer. */
const script = ({ lastText }: { lastText: string }) =>
  lastText.includes('table')
    ? {
        tool: 'escalate',
        input: {
          question: 'Drop the <b>table</b> & its backups?',
          proposal: 'No, rename it.',
          reasoning: 'It cannot be undone.',
        },
      }
    : { text: 'Go on.' };

test.describe.configure({ mode: 'serial' });

test.describe('the desktop', () => {
  test.skip(whyNoRig() !== undefined, whyNoRig());
  let session: DesktopSession;
  let home: TestHome;
  let desktop: DesktopApp;

  test.beforeAll(async () => {
    test.setTimeout(firstStartMs);
    session = await startDesktopSession('--wm');
    home = await makeHome(session, script);
    desktop = await launchDesktop(session, home);
    await desktop.linked();
  });

  test.afterAll(async () => {
    await desktop?.quit();
    await session?.end();
    await home?.remove();
  });

  const wait = <T>(look: () => T | Promise<T>, what: string) =>
    session.probe.waitFor(look, { what, timeout: 15_000 });
  const trayItem = () =>
    wait(async () => (await session.probe.listTrayItems())[0], 'the tray item');
  const trayLabels = async () => {
    const menu = await session.probe.trayMenu(await trayItem());
    return menu.children.filter(({ type }) => type !== 'separator').map(({ label }) => label);
  };
  const openNotifications = () =>
    session.probe.listNotifications().filter(({ closed }) => closed === undefined);
  const tooltip = (text: string) =>
    wait(async () => (await trayItem()).tooltip === text, `the tooltip "${text}"`);
  const drawn = async () =>
    (await trayItem()).iconPixmaps.map(({ argb }) => argb.toString('base64')).join();

  test('shows a window of 1200 x 760 with the interface in it', async () => {
    await wait(desktop.isWindowVisible, 'the window');
    const size = await desktop.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getSize(),
    );
    expect(size).toEqual([1200, 760]);
    expect(desktop.page.url()).toMatch(/^relay:\/\/app\//);
    expect(await desktop.page.title()).toBe('Relay');
  });

  test('streams to the window without gap or double', async () => {
    const seqs = await desktop.page.evaluate(
      () =>
        new Promise<number[]>((resolve) => {
          const seen: number[] = [];
          const stop = window.relay.stream(
            0,
            (item) => {
              if (item.kind !== 'event') return;
              seen.push(item.event.seq);
              if (item.event.type !== 'relay.resumed') return;
              stop();
              resolve(seen);
            },
            () => resolve([]),
          );
          void window.relay
            .call('relay.pause', { via: 'inbox' })
            .then(() => window.relay.call('relay.resume', { via: 'inbox' }));
        }),
    );
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(seqs.length).toBeGreaterThan(2);
  });

  test('pauses and resumes from the tray, and the icon says so', async () => {
    await tooltip('Relay: idle');
    const idle = await drawn();
    await session.probe.clickTrayMenu(await trayItem(), 'Pause');
    await tooltip('Relay: paused');
    expect((await desktop.call('status', {})).paused).toBe(true);
    expect(await trayLabels()).toEqual([
      'Paused',
      'Resume',
      'Open Relay',
      'Costs today: $0.00',
      'Quit',
    ]);
    expect(await drawn()).not.toBe(idle);
    await session.probe.clickTrayMenu(await trayItem(), 'Resume');
    await tooltip('Relay: idle');
    expect((await desktop.call('status', {})).paused).toBe(false);
    expect(await drawn()).toBe(idle);
  });

  test('hides when it is closed, and comes back from the tray', async () => {
    const close = () =>
      desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await close();
    await wait(async () => !(await desktop.isWindowVisible()), 'the hidden window');
    await session.probe.clickTrayMenu(await trayItem(), 'Open Relay');
    await wait(desktop.isWindowVisible, 'the window');
    await close();
    await wait(async () => !(await desktop.isWindowVisible()), 'the hidden window');
    await session.probe.activateTray(await trayItem());
    await wait(desktop.isWindowVisible, 'the window after a click on the tray');
  });

  test('tells of an item once, opens it on a click and takes the notification away', async () => {
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
    home.drop('ask.json', { session_id: 'db', title: 'api-server', content: 'The table is old.' });
    const shown = await wait(() => openNotifications()[0], 'the notification');
    expect(shown).toMatchObject({
      summary: 'api-server',
      body: 'Drop the &lt;b&gt;table&lt;/b&gt; &amp; its backups?\nProposal: No, rename it.',
    });
    await tooltip('Relay: needs you: 1');
    expect(await trayLabels()).toContain('api-server: Drop the <b>table</b> & its backups?');

    await desktop.page.evaluate(() => {
      window.relay.desktop?.onOpenItem((itemId) => document.body.setAttribute('data-item', itemId));
    });
    await session.probe.invokeNotificationAction(shown.id);
    await wait(desktop.isWindowVisible, 'the window');
    const itemId = await wait(
      () => desktop.page.evaluate(() => document.body.getAttribute('data-item')),
      'the item in the window',
    );
    const [item] = await desktop.call('inbox.list', {});
    expect(itemId).toBe(item?.id);
    expect(openNotifications()).toEqual([]);
    expect(session.probe.listNotifications()).toHaveLength(1);
  });

  test('opens an item from the tray menu, and takes it away once it is settled anywhere', async () => {
    home.drop('ask-2.json', { session_id: 'web', title: 'web', content: 'Another table.' });
    const shown = await wait(() => openNotifications()[0], 'the notification');
    const item = (await desktop.call('inbox.list', {})).find(
      ({ sessionId }) => sessionId === 'web',
    );
    await session.probe.clickTrayMenu(
      await trayItem(),
      'web: Drop the <b>table</b> & its backups?',
    );
    await wait(
      () =>
        desktop.page.evaluate(
          (id) => document.body.getAttribute('data-item') === id,
          item?.id ?? '',
        ),
      'the item in the window',
    );
    await desktop.call('inbox.dismiss', { itemId: item?.id as ItemId, via: 'cli' });
    await wait(
      () =>
        session.probe.listNotifications().find(({ id }) => id === shown.id)?.closed === 'closed',
      'the end of the notification',
    );
    await tooltip('Relay: needs you: 1');
  });

  test('shows no notification for the item that the owner is looking at', async () => {
    const count = session.probe.listNotifications().length;
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.focus());
    await desktop.page.evaluate(() => {
      const { relay } = window;
      relay.stream(
        0,
        (event) => {
          if (event.kind === 'event' && event.event.type === 'item.opened') {
            relay.desktop?.itemShown(event.event.payload.itemId);
          }
        },
        () => {},
      );
    });
    home.drop('ask-3.json', { session_id: 'cli', title: 'cli', content: 'A third table.' });
    await tooltip('Relay: needs you: 2');
    const open = () => openNotifications().filter(({ summary }) => summary === 'cli');
    await expect.poll(open).toEqual([]);
    // One may have been on its way when the window said that it shows the item.
    expect(session.probe.listNotifications().length).toBeLessThanOrEqual(count + 1);
  });

  test('brings the first to the front when it is started again', async () => {
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
    const sandbox = session.isSandboxed ? [] : ['--no-sandbox'];
    const second = spawn(
      session.electronPath,
      ['--disable-gpu', '--disable-dev-shm-usage', ...sandbox, builtApp()],
      { env: home.env, stdio: 'ignore' },
    );
    const [code] = await once(second, 'exit');
    expect(code).toBe(0);
    await wait(desktop.isWindowVisible, 'the window of the first');
  });

  test('starts at login when it is told to', async () => {
    const entry = join(session.env.XDG_CONFIG_HOME ?? '', 'autostart', 'relay.desktop');
    const set = (wanted: boolean) =>
      desktop.page.evaluate((on) => window.relay.desktop?.setStartsAtLogin(on), wanted);
    expect(await desktop.page.evaluate(() => window.relay.desktop?.startsAtLogin())).toBe(false);
    expect(await set(true)).toBe(true);
    expect(readFileSync(entry, 'utf8')).toContain(`RELAY_HOME=${home.root}`);
    expect(await set(false)).toBe(false);
    expect(existsSync(entry)).toBe(false);
  });

  test('quits from the tray, and leaves no process and no tray item', async () => {
    const { pid } = await desktop.call('status', {});
    const closed = desktop.app.waitForEvent('close');
    await session.probe.clickTrayMenu(await trayItem(), 'Quit');
    await closed;
    await wait(async () => (await session.probe.listTrayItems()).length === 0, 'an empty tray');
    expect(() => process.kill(pid, 0)).toThrow();

    desktop = await launchDesktop(session, home);
    await desktop.linked();
    const notices = openNotifications().map(({ summary }) => summary);
    expect(new Set(notices).size).toBe(notices.length);
  });
});
