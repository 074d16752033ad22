import type { ChildProcess } from 'node:child_process';
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

/** An owner who quits does not wait; well below what any call or search may take. */
const atOnceMs = 4_000;

test.describe('the desktop and the relay of others', () => {
  const desk = onDesktop();
  let home: TestHome;
  let desktop: DesktopApp;
  let headless: ChildProcess | undefined;

  test.beforeEach(async () => {
    home = await makeHome(desk.session, () => ({ text: 'Go on.' }));
  });
  test.afterEach(async () => {
    await desktop.quit();
    if (headless) await endProcess(headless, 'SIGKILL');
    headless = undefined;
    await home.remove();
  });

  const { wait, tooltip } = desk;

  /** Follows the stream as the interface does: asks again, from the last event it saw. */
  const follow = () =>
    desktop.page.evaluate(() => {
      const seen: number[] = [];
      Object.assign(window, { seen });
      const ask = () =>
        window.relay.stream(
          seen.at(-1) ?? 0,
          (item) => {
            if (item.kind === 'event') seen.push(item.event.seq);
          },
          () => setTimeout(ask, 50),
        );
      ask();
    });
  const seen = () => desktop.page.evaluate(() => (window as unknown as { seen: number[] }).seen);

  test('attaches to a headless relay, and heals when that is killed and comes back', async () => {
    headless = await startHeadless(home);
    desktop = await launchDesktop(desk.session, home);
    const before = await desktop.linked();
    expect(before.pid).toBe(headless.pid);
    await follow();
    home.drop('one.json', { session_id: 'one', content: 'First.' });
    await wait(async () => (await desktop.call('status', {})).sessions === 1, 'the first session');

    await endProcess(headless, 'SIGKILL');
    await tooltip(/looking for it/);
    const refused = await desktop.page.evaluate(() => window.relay.call('status', {}));
    expect(refused).toMatchObject({ ok: false, error: { code: 'unavailable' } });

    headless = await startHeadless(home);
    await wait(async () => (await desktop.linked()).pid === headless?.pid, 'the second relay');
    home.drop('two.json', { session_id: 'two', content: 'Second.' });
    await wait(async () => (await desktop.call('status', {})).sessions === 2, 'the second session');
    const { seq } = await desktop.call('status', {});
    await wait(async () => (await seen()).length >= seq, 'all events');
    const all = await seen();
    expect(all).toEqual(all.map((_, index) => index + 1));
  });

  test('leaves a relay alone that it did not start', async () => {
    headless = await startHeadless(home);
    desktop = await launchDesktop(desk.session, home);
    await desktop.linked();
    await desktop.quit();
    expect(headless.exitCode).toBeNull();
    process.kill(headless.pid ?? 0, 0);
    desktop = await launchDesktop(desk.session, home);
    expect((await desktop.linked()).pid).toBe(headless.pid);
  });

  test('goes on by itself where the relay of others does not come back', async () => {
    headless = await startHeadless(home);
    desktop = await launchDesktop(desk.session, home);
    await desktop.linked();
    await endProcess(headless, 'SIGTERM');
    const { pid } = await wait(() => desktop.linked(), 'a relay of its own');
    expect(pid).not.toBe(headless.pid);
  });

  test('starts its own relay again when that dies, and it never outlives the desktop', async () => {
    desktop = await launchDesktop(desk.session, home);
    const first = await desktop.linked();
    process.kill(first.pid, 'SIGKILL');
    const second = await wait(async () => {
      const status = await desktop.linked();
      return status.pid !== first.pid && status;
    }, 'another relay');
    const gone = desktop.app.waitForEvent('close');
    desktop.app.process().kill('SIGKILL');
    await gone;
    await wait(() => {
      try {
        process.kill(second.pid, 0);
        return false;
      } catch {
        return true;
      }
    }, 'the end of the relay');
    desktop = await launchDesktop(desk.session, home);
    await desktop.linked();
  });

  for (const { title, signal } of [
    { title: 'has been killed', signal: 'SIGKILL' },
    { title: 'hangs', signal: 'SIGSTOP' },
  ] as const) {
    test(`closes and quits at once while its relay ${title}`, async () => {
      headless = await startHeadless(home);
      desktop = await launchDesktop(desk.session, home);
      await desktop.linked();
      headless.kill(signal);
      if (signal === 'SIGKILL') await tooltip(/looking for it/);
      await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
      await wait(async () => !(await desktop.isWindowVisible()), 'the hidden window');
      const startedMs = Date.now();
      await desktop.quit();
      expect(Date.now() - startedMs).toBeLessThan(atOnceMs);
      // Nothing that it had begun to start is left behind.
      expect(await connectRelay(home.root).then((relay) => relay !== undefined)).toBe(
        signal === 'SIGSTOP',
      );
    });
  }

  test('quits at once while it starts beside a relay that hangs', async () => {
    headless = await startHeadless(home);
    headless.kill('SIGSTOP');
    desktop = await launchDesktop(desk.session, home);
    await tooltip(/starting/);
    const startedMs = Date.now();
    await desktop.quit();
    expect(Date.now() - startedMs).toBeLessThan(atOnceMs);
  });
});
