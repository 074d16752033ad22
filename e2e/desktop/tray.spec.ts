import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import { connectRelay } from '#core/rpc/client.ts';
import {
  type DesktopApp,
  endProcess,
  launchDesktop,
  makeHome,
  startHeadless,
  type TestHome,
} from './desktop-app.ts';
import { onDesktop } from './on-desktop.ts';

test.describe('the tray', () => {
  const desk = onDesktop();
  // Each starts the program anew, on a machine that may do much else.
  test.slow();
  let home: TestHome;
  let desktop: DesktopApp;

  test.afterEach(async () => {
    await desktop.quit();
    await home.remove();
  });

  const { wait } = desk;
  const trayItem = () =>
    wait(async () => (await desk.session.probe.listTrayItems())[0], 'the tray item');
  const labels = async () =>
    (await desk.session.probe.trayMenu(await trayItem())).children.map(({ label }) => label);

  /** What is drawn once the tray says so. */
  async function iconWith(tooltip: RegExp): Promise<string> {
    await wait(async () => tooltip.test((await trayItem()).tooltip), `the tooltip ${tooltip}`);
    const { iconPixmaps } = await trayItem();
    expect(iconPixmaps.length).toBeGreaterThan(0);
    return iconPixmaps.map(({ argb }) => argb.toString('base64')).join();
  }

  test('has a picture of its own for every state, and the same one again', async () => {
    const gate = Promise.withResolvers<void>();
    home = await makeHome(desk.session, ({ lastText }) =>
      lastText.includes('table')
        ? { tool: 'escalate', input: { question: 'Drop it?', proposal: 'No.', reasoning: '' } }
        : { text: 'Go on.', gate: gate.promise },
    );
    const headless = await startHeadless(home);
    desktop = await launchDesktop(desk.session, home);
    const idle = await iconWith(/: idle$/);
    home.drop('one.json', { session_id: 'docs', title: 'docs', content: 'Shall I?' });
    const working = await iconWith(/: working/);
    expect(await labels()).toEqual(expect.arrayContaining([expect.stringMatching(/^docs: /)]));
    home.drop('two.json', { session_id: 'db', title: 'db', content: 'The table is old.' });
    gate.resolve();
    const needsOwner = await iconWith(/: needs you: 1$/);
    await desk.session.probe.clickTrayMenu(await trayItem(), 'Pause');
    const paused = await iconWith(/: paused/);
    await desk.session.probe.clickTrayMenu(await trayItem(), 'Resume');
    expect(await iconWith(/: needs you: 1$/)).toBe(needsOwner);
    await endProcess(headless, 'SIGKILL');
    const lost = await iconWith(/looking for it/);
    const icons = [idle, working, needsOwner, paused, lost];
    expect(new Set(icons).size).toBe(icons.length);
  });

  test('offers to quit while there is no relay, and that is done at once', async () => {
    home = await makeHome(desk.session, () => ({ text: 'Go on.' }));
    writeFileSync(join(home.root, 'relay.db'), 'no database'.repeat(1000));
    desktop = await launchDesktop(desk.session, home);
    await iconWith(/database .* is damaged/);
    expect((await labels()).filter((label) => label !== '').slice(1)).toEqual([
      'Open Relay',
      'Quit',
    ]);
    const closed = desktop.app.waitForEvent('close', { timeout: 10_000 });
    // It may be gone before it has told the tray that the click arrived.
    await desk.session.probe.clickTrayMenu(await trayItem(), 'Quit').catch(() => {});
    await closed;
    expect(await connectRelay(home.root)).toBeUndefined();
    await wait(
      async () => (await desk.session.probe.listTrayItems()).length === 0,
      'an empty tray',
    );
  });
});
