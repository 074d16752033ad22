import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import { builtApp } from './built-app.ts';
import { makeHome, startPlainDesktop } from './desktop-app.ts';
import { firstStartMs, startDesktopSession, whyNoRig } from './rig.ts';

const secret = 'sk-ant-kept-in-the-keychain';

test.skip(whyNoRig() !== undefined, whyNoRig());

/** Every file of a home that holds the text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}

for (const { title, flags, isKept } of [
  {
    title: 'a key goes into the keychain, reaches the supervisor and survives a restart',
    flags: ['--keyring'],
    isKept: true,
  },
  {
    title: 'a key goes into .env where there is no keychain',
    flags: [],
    isKept: false,
  },
]) {
  test(title, async () => {
    test.setTimeout(firstStartMs);
    const session = await startDesktopSession(...flags);
    const home = await makeHome(session, () => ({ text: 'Go on.' }), secret);
    const { ANTHROPIC_API_KEY, ...env } = home.env;
    const keyless = { ...home, env };
    const store = isKept ? ['--password-store=gnome-libsecret'] : [];
    const start = { args: [...store, builtApp()] };
    try {
      let desktop = await startPlainDesktop(session, keyless, start);
      expect((await desktop.call('supervisor.probe', {})).ok).toBe(false);
      await desktop.call('secret.set', { name: 'ANTHROPIC_API_KEY', value: secret });
      await expect
        .poll(async () => (await desktop.call('supervisor.probe', {})).ok, { timeout: 10_000 })
        .toBe(true);
      expect(await desktop.page.evaluate(() => window.relay.desktop?.keyPlace())).toMatchObject({
        kind: isKept ? 'keychain' : 'file',
      });
      await desktop.quit();

      const dotEnv = join(home.root, '.env');
      expect(filesWith(home.root, secret)).toEqual(isKept ? [] : [dotEnv]);
      expect(statSync(dotEnv).mode & 0o777).toBe(0o600);

      desktop = await startPlainDesktop(session, keyless, start);
      expect((await desktop.call('supervisor.probe', {})).ok).toBe(true);
      await desktop.quit();
    } finally {
      await session.end();
      await home.remove();
    }
  });
}
