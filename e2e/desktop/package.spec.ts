import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'playwright/test';
import { makeHome, startPlainDesktop } from './desktop-app.ts';
import { firstStartMs, startDesktopSession, whyNoRig } from './rig.ts';

/** What `npm run package -- --dir` leaves, with the rig's runtime (docs/desktop.md says how). */
const packageDir = resolve(
  process.env.RELAY_TEST_PACKAGE ??
    join(import.meta.dirname, '..', '..', '.cache', 'package', 'linux-unpacked'),
);
const program = join(packageDir, 'relay-desktop');

test.skip(whyNoRig() !== undefined, whyNoRig());
test.skip(!existsSync(program), `there is no package in ${packageDir} (RELAY_TEST_PACKAGE)`);

test('the package starts, has its relay, and brings the command along', async () => {
  test.setTimeout(firstStartMs);
  const session = await startDesktopSession();
  const home = await makeHome(session, () => ({ text: 'Go on.' }));
  try {
    const desktop = await startPlainDesktop(session, home, { program, args: [] });
    expect(desktop.page.url()).toMatch(/^relay:\/\/app\//);
    const { home: root, version } = await desktop.call('status', {});
    expect(root).toBe(home.root);
    const command = join(packageDir, 'resources', 'relay', 'bin', 'relay');
    const env = { PATH: '/usr/bin:/bin', HOME: home.root, RELAY_HOME: home.root };
    const status: unknown = JSON.parse(
      execFileSync(command, ['status', '--json'], { env, encoding: 'utf8' }),
    );
    expect(status).toMatchObject({ home: root, version });
    await desktop.quit();
  } finally {
    await session.end();
    await home.remove();
  }
});

test('the package is no Node: the fuses are blown', async () => {
  const node = spawn(program, ['-e', 'process.exit(42)'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', DISPLAY: '' },
    stdio: 'ignore',
  });
  const code = await new Promise((done) => node.once('exit', done));
  expect(code).not.toBe(42);
});
