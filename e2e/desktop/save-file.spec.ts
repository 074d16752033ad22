import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import { SessionId } from '#shared/ids.ts';
import { words } from '../../src/renderer/words.ts';
import { partsOf } from '../support/parts.ts';
import { type DesktopApp, launchDesktop, makeHome, type TestHome } from './desktop-app.ts';
import { type DesktopSession, firstStartMs, startDesktopSession, whyNoRig } from './rig.ts';
import { answerSaveDialog } from './save-dialog.ts';

const said = 'Größe: 3 µs.\r\n\u{1F600} "a", `b` & <i>c</i>\u202E';
const { exportMarkdown, exportJson } = words.sessions.menu;

test.describe('what the window exports', () => {
  test.skip(whyNoRig() !== undefined, whyNoRig());
  let session: DesktopSession;
  let home: TestHome;
  let desktop: DesktopApp;
  /** Where the owner keeps such things. */
  let folder: string;

  test.beforeAll(async () => {
    test.setTimeout(firstStartMs);
    session = await startDesktopSession();
    home = await makeHome(session, () => ({ text: 'Go on.' }));
    folder = mkdtempSync(join(tmpdir(), 'relay-exports-'));
    home.drop('one.json', { session_id: 'docs', title: 'docs', content: said });
    desktop = await launchDesktop(session, home);
    await desktop.linked();
    await session.probe.waitFor(() => existsSync(join(home.root, 'dispatch/docs/input.txt')), {
      what: 'the reply',
      timeout: 20_000,
    });
    await expect(desktop.page.getByRole('contentinfo')).toContainText(words.status.running);
    await desktop.page.keyboard.press('1');
  });
  test.afterAll(async () => {
    await desktop?.quit();
    await session?.end();
    await home?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** As the owner does: in the menu of the session. */
  async function choose(entry: string): Promise<void> {
    await partsOf(desktop.page).row('docs').click({ button: 'right' });
    await desktop.page.getByRole('menuitem', { name: entry }).click();
  }
  const exported = async (format: 'markdown' | 'jsonl') =>
    (await desktop.call('conversation.export', { sessionId: SessionId.parse('docs'), format }))
      .text;

  for (const { entry, format, name } of [
    { entry: exportMarkdown, format: 'markdown', name: 'relay-docs.md' },
    { entry: exportJson, format: 'jsonl', name: 'relay-docs.jsonl' },
  ] as const) {
    test(`${entry}: lies where the owner said, exactly so, for the owner alone`, async () => {
      const file = join(folder, `mine.${format}`);
      const asked = await answerSaveDialog(desktop.app, file);
      await choose(entry);
      await expect(desktop.page.getByText(words.done.savedAs(file))).toBeVisible();
      expect(await asked()).toEqual({ defaultPath: name, isOfWindow: true });
      const text = await exported(format);
      expect(text).toContain('Größe: 3 µs.');
      expect(readFileSync(file).equals(Buffer.from(text))).toBe(true);
      expect(statSync(file).mode & 0o777).toBe(0o600);
    });
  }

  test('takes the place of a file that others could read, and of all of it', async () => {
    const file = join(folder, 'old.md');
    writeFileSync(file, 'x'.repeat(1_000_000), { mode: 0o644 });
    const asked = await answerSaveDialog(desktop.app, file);
    await choose(exportMarkdown);
    await asked();
    await expect(desktop.page.getByText(words.done.savedAs(file))).toBeVisible();
    expect(readFileSync(file, 'utf8')).toBe(await exported('markdown'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('is nothing at all when the owner thinks better of it', async () => {
    const { page } = desktop;
    const before = readdirSync(folder);
    // Without what earlier exports had to say.
    await page.reload();
    await page.keyboard.press('1');
    const asked = await answerSaveDialog(desktop.app, null);
    await choose(exportMarkdown);
    await asked();
    await answerSaveDialog(desktop.app, null);
    // Answered after the first one: whatever that had to say is there by now.
    expect(await page.evaluate(() => window.relay.desktop?.saveFile('a.md', 'a'))).toEqual({
      kind: 'cancelled',
    });
    await expect(page.getByText(/^Saved as|could not be|Choose another/)).toHaveCount(0);
    expect(readdirSync(folder)).toEqual(before);
  });

  test('that cannot be written says so, in a sentence, and goes elsewhere at the next try', async () => {
    const gone = join(folder, 'gone');
    await answerSaveDialog(desktop.app, join(gone, 'a.md'));
    await choose(exportMarkdown);
    await expect(
      desktop.page.getByText(`There is no folder ${gone}. Choose another one.`),
    ).toBeVisible();
    const taken = join(folder, 'taken');
    mkdirSync(taken);
    await answerSaveDialog(desktop.app, taken);
    await choose(exportMarkdown);
    await expect(
      desktop.page.getByText(`${taken} is a folder. Choose another name.`),
    ).toBeVisible();
    expect(readdirSync(taken)).toEqual([]);

    const file = join(folder, 'b.md');
    await answerSaveDialog(desktop.app, file);
    await choose(exportMarkdown);
    await expect(desktop.page.getByText(words.done.savedAs(file))).toBeVisible();
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
