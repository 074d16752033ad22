import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import { heapOf } from '../support/page-memory.ts';
import { builtApp } from './built-app.ts';
import { type DesktopApp, launchDesktop, makeHome, type TestHome } from './desktop-app.ts';
import { type DesktopSession, firstStartMs, startDesktopSession, whyNoRig } from './rig.ts';

test.describe.configure({ mode: 'serial' });

/** https://www.electronjs.org/docs/latest/tutorial/security, as the window itself sees it. */
test.describe('a page in the window', () => {
  test.skip(whyNoRig() !== undefined, whyNoRig());
  let session: DesktopSession;
  let home: TestHome;
  let desktop: DesktopApp;
  /** What the shell was asked to open. */
  let opened: string;

  test.beforeAll(async () => {
    test.setTimeout(firstStartMs);
    session = await startDesktopSession();
    home = await makeHome(session, () => ({ text: 'Go on.' }));
    opened = join(home.root, 'opened');
    const bin = join(home.root, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\necho "$1" >> '${opened}'\n`);
    chmodSync(join(bin, 'xdg-open'), 0o755);
    const path = `${bin}:${process.env.PATH}`;
    desktop = await launchDesktop(session, home, { env: { PATH: path } });
    await desktop.linked();
  });
  test.afterAll(async () => {
    await desktop?.quit();
    await session?.end();
    await home?.remove();
  });

  const addresses = () => (existsSync(opened) ? readFileSync(opened, 'utf8').trim() : '');

  test('has no Node, and is isolated and sandboxed', async () => {
    const found = await desktop.page.evaluate(() => ({
      require: typeof Reflect.get(window, 'require'),
      process: typeof Reflect.get(window, 'process'),
      bridge: Object.keys(window.relay).sort(),
      isSecure: window.isSecureContext,
    }));
    expect(found).toEqual({
      require: 'undefined',
      process: 'undefined',
      bridge: ['call', 'desktop', 'host', 'openExternal', 'stream'],
      isSecure: true,
    });
    const preferences: unknown = await desktop.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      // Electron has it, but not in its types.
      return contents && Reflect.get(contents, 'getLastWebPreferences').call(contents);
    });
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
    });
  });

  test('has no key in its memory: Electron hands the environment to every page', async () => {
    const memory = await heapOf(desktop.page);
    expect(memory.length).toBeGreaterThan(1_000_000);
    expect(memory.includes(home.api.key)).toBe(false);
    // The relay has it all the same.
    const { values: _, hasCredential } = await desktop.call('settings.get', {});
    expect(hasCredential).toBe(true);
  });

  test("lies in Chromium's sandbox", async () => {
    test.skip(!session.isSandboxed, 'Chromium has no sandbox for root');
    const pid = await desktop.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
    );
    // The sandbox puts it in a process namespace of its own.
    const namespaces = /^NSpid:(.*)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    expect(namespaces?.trim().split(/\s+/).length).toBeGreaterThan(1);
  });

  test('is under a policy that allows its own files alone', async () => {
    const policy = await desktop.app.evaluate(async ({ net }) =>
      (await net.fetch('relay://app/')).headers.get('content-security-policy'),
    );
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const blocked = await desktop.page.evaluate(async () => {
      const violations: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) =>
        violations.push(event.effectiveDirective),
      );
      const script = document.createElement('script');
      script.textContent = 'document.body.dataset.inline = "ran"';
      document.body.append(script);
      const frame = document.createElement('iframe');
      frame.src = 'https://example.invalid/';
      document.body.append(frame);
      const reached = await fetch('https://example.invalid/').then(
        () => true,
        () => false,
      );
      const image = document.createElement('img');
      image.src = 'https://example.invalid/x.png';
      await new Promise((resolve) => {
        image.onerror = resolve;
        document.body.append(image);
      });
      // A frame is looked at by the browser, which tells the page by and by.
      while (!violations.includes('frame-src')) {
        await new Promise((resolve) =>
          document.addEventListener('securitypolicyviolation', resolve, { once: true }),
        );
      }
      for (const element of [script, frame, image]) element.remove();
      return { violations, reached, inline: document.body.dataset.inline };
    });
    expect(blocked.inline).toBeUndefined();
    expect(blocked.reached).toBe(false);
    for (const directive of ['script-src-elem', 'connect-src', 'img-src']) {
      expect(blocked.violations).toContain(directive);
    }
  });

  test('reaches no file but those of the interface', async () => {
    const statuses = await desktop.app.evaluate(async ({ net }) => {
      const found: Record<string, number> = {};
      for (const address of [
        'relay://app/',
        'relay://app/../../package.json',
        'relay://app/%2e%2e/%2e%2e/package.json',
        'relay://app//etc/passwd',
        'relay://other/index.html',
      ]) {
        found[address] = await net.fetch(address).then(
          ({ status }) => status,
          () => 0,
        );
      }
      return found;
    });
    const { 'relay://app/': own, ...others } = statuses;
    expect(own).toBe(200);
    for (const status of Object.values(others)) expect(status).not.toBe(200);
  });

  for (const address of [
    'https://example.invalid/',
    'file:///etc/passwd',
    'data:text/html,<title>elsewhere</title>',
    'relay://other/',
  ]) {
    test(`cannot go to ${address}`, async () => {
      await desktop.page.evaluate((target) => {
        Object.assign(window, { isSamePage: true });
        location.href = target;
      }, address);
      // A call and its answer: by then a navigation would have begun.
      await desktop.call('status', {});
      expect(desktop.page.url()).toMatch(/^relay:\/\/app\//);
      expect(await desktop.page.evaluate(() => 'isSamePage' in window)).toBe(true);
    });
  }

  test('opens no window; https: goes to the browser, and nothing else does', async () => {
    const got = await desktop.page.evaluate(() => {
      const targets = ['file:///etc/passwd', 'smb://host/share', 'https://example.invalid/a'];
      return targets.map((target) => window.open(target));
    });
    expect(got).toEqual([null, null, null]);
    await desktop.page.evaluate(() => {
      window.relay.openExternal('file:///usr/bin/true');
      window.relay.openExternal('javascript:alert(1)');
      window.relay.openExternal('http://example.invalid/');
      window.relay.openExternal('https://example.invalid/b');
    });
    await expect.poll(addresses).toContain('https://example.invalid/b');
    expect(addresses().split('\n')).toEqual([
      'https://example.invalid/a',
      'https://example.invalid/b',
    ]);
    const count = await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows());
    expect(count).toHaveLength(1);
  });

  test('gets no permission and no download', async () => {
    const found = await desktop.page.evaluate(async () => {
      const query = async (name: string) =>
        (await navigator.permissions.query({ name: name as PermissionName })).state;
      return {
        geolocation: await query('geolocation'),
        notifications: await Notification.requestPermission(),
        camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(
          () => 'granted',
          () => 'refused',
        ),
        clipboard: await navigator.clipboard.readText().then(
          () => 'granted',
          () => 'refused',
        ),
      };
    });
    expect(found).toEqual({
      geolocation: 'denied',
      notifications: 'denied',
      camera: 'refused',
      clipboard: 'refused',
    });
    // Heard before it is clicked: a call that is only under way may come too late.
    await desktop.app.evaluate(({ session: { defaultSession } }) => {
      const heard = new Promise<string>((resolve) => {
        defaultSession.once('will-download', (event) =>
          resolve(event.defaultPrevented ? 'prevented' : 'allowed'),
        );
      });
      Object.assign(globalThis, { heard });
    });
    await desktop.page.evaluate(() => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob(['x']));
      link.download = 'x.txt';
      link.click();
    });
    const outcome = await desktop.app.evaluate(() => Reflect.get(globalThis, 'heard'));
    expect(outcome).toBe('prevented');
  });

  test('holds no other page: a webview is nothing', async () => {
    const isElement = await desktop.page.evaluate(() => {
      const view = document.createElement('webview');
      document.body.append(view);
      const hasMethods = typeof Reflect.get(view, 'loadURL') === 'function';
      view.remove();
      return hasMethods;
    });
    expect(isElement).toBe(false);
  });

  test('is the only one that is answered: a stranger is refused, and so is bad input', async () => {
    const preload = join(builtApp(), 'out', 'preload', 'index.cjs');
    const answers = await desktop.app.evaluate(async ({ BrowserWindow }, path) => {
      const stranger = new BrowserWindow({
        show: false,
        webPreferences: { preload: path, sandbox: true },
      });
      await stranger.loadURL('data:text/html,stranger').catch(() => {});
      const ask = `Promise.race([
        window.relay.call('status', {}).then(() => 'answered', (error) => error.message),
        new Promise((resolve) => window.relay.stream(0, () => resolve('streamed'), () => {})),
      ])`;
      const answer = await stranger.webContents.executeJavaScript(ask);
      stranger.destroy();
      return answer;
    }, preload);
    expect(answers).toMatch(/refused/);

    const bad = await desktop.page.evaluate(() =>
      Promise.all([
        window.relay.call('no.such.call' as never, {} as never),
        window.relay.call('inbox.answer', { itemId: '../x', text: 'x', via: 'cli' } as never),
      ]),
    );
    expect(bad.map((answer) => (answer.ok ? 'ok' : answer.error.code))).toEqual([
      'not-found',
      'bad-input',
    ]);
  });
});
