import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import { builtPackage, packagingMs } from './built-package.ts';
import { makeHome, startPlainDesktop } from './desktop-app.ts';
import { type DesktopSession, firstStartMs, startDesktopSession, whyNoRig } from './rig.ts';

test.describe('the package', () => {
  test.skip(whyNoRig() !== undefined, whyNoRig());
  let session: DesktopSession;
  let packageDir: string;
  let program: string;

  test.beforeAll(async () => {
    test.setTimeout(firstStartMs + packagingMs);
    session = await startDesktopSession();
    packageDir = builtPackage(session.env.ELECTRON_OVERRIDE_DIST_PATH ?? '');
    program = join(packageDir, 'relay-desktop');
  });
  test.afterAll(() => session?.end());

  test('starts, has its relay, and brings the command along', async () => {
    test.slow();
    const made = await makeHome(session, () => ({ text: 'Go on.' }));
    const userHome = join(made.root, 'user');
    mkdirSync(userHome);
    const home = { ...made, env: { ...made.env, HOME: userHome } };
    try {
      const desktop = await startPlainDesktop(session, home, { program, args: [] });
      expect(desktop.page.url()).toMatch(/^relay:\/\/app\//);
      const { home: root, version } = await desktop.call('status', {});
      expect(root).toBe(home.root);

      const link = join(userHome, '.local', 'bin', 'relay');
      const installed = await desktop.page.evaluate(() => window.relay.desktop?.installCommand());
      expect(installed).toEqual({ kind: 'installed', link });
      // Neither this checkout's programs nor its Node are in the way.
      const env = { PATH: '/usr/bin:/bin', HOME: userHome, RELAY_HOME: home.root };
      for (const command of [join(packageDir, 'resources', 'relay', 'bin', 'relay'), link]) {
        const status: unknown = JSON.parse(
          execFileSync(command, ['status', '--json'], { env, cwd: userHome, encoding: 'utf8' }),
        );
        expect(status).toMatchObject({ home: root, version });
      }
      await desktop.quit();
    } finally {
      await home.remove();
    }
  });

  test('is no Node: the fuses are blown', async () => {
    const node = spawn(program, ['-e', 'process.exit(42)'], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', DISPLAY: '' },
      stdio: 'ignore',
    });
    const [code] = await once(node, 'exit');
    expect(code).not.toBe(42);
  });

  test('holds the programs once, and nothing of the tests', () => {
    const relay = readdirSync(join(packageDir, 'resources', 'relay')).sort();
    expect(relay).toEqual(['bin', 'node_modules', 'out', 'package.json', 'resources']);
    const main = readdirSync(join(packageDir, 'resources', 'relay', 'out', 'main'));
    expect(main).toContain('headless.js');
    expect(main).not.toContain('desktop.js');
  });
});
