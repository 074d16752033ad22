import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { words } from '../../src/renderer/words.ts';
import { expect, type Interface, test } from '../support/interface.ts';
import { letter, partsOf } from '../support/parts.ts';
import { askPermission } from '../support/permission-hook.ts';
import { toolResults } from '../support/tool-results.ts';
import { createTranscript } from '../support/transcript.ts';

const session = 'suite';
let folder: string;

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'relay-tools-')));
});
test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Says it has begun, goes on once it is told to, and fails. Odd characters stay what they are. */
const command = `touch begun
echo "step <b>1</b> of 2: größe 😀"
until [ -e go ]; do sleep 0.05; done
echo 'step 2: **not bold**' >&2; (exit 3)`;
/** What it would leave behind. */
const begun = () => path.join(folder, 'begun');

/** The supervisor wants to run the command; the inbox asks. */
async function wantToRun({ page, relay, supervisor }: Interface) {
  supervisor.willSay({ text: 'I run it myself.', tool: 'bash', input: { command } });
  relay.drop({ session_id: session, title: session, content: 'It passes.', cwd: folder });
  const card = partsOf(page).card(/May the supervisor use bash/);
  await expect(card).toBeVisible();
  return card;
}

const rowOf = ({ page }: Interface) => partsOf(page).log.locator('.tool');

test.describe('a tool that has to ask', () => {
  test('shows exactly what would run, runs it when it is allowed, and shows its output as it comes', async ({
    openInterface,
  }) => {
    const opened = await openInterface();
    const { page, relay, supervisor } = opened;
    const card = await wantToRun(opened);
    const { inbox, log } = partsOf(page);
    // A command may hide nothing and gain nothing by what it is shown as.
    await expect(card.locator('.card-use pre')).toHaveText(command, { useInnerText: true });
    await expect(card).toContainText('I run it myself.');
    await expect(card).toContainText(folder);
    await expect(page).toHaveTitle('(1) Relay');
    expect(existsSync(begun()), 'nothing runs before').toBe(false);
    expect(supervisor.api.calls).toHaveLength(1);

    await partsOf(page).row(session).click();
    await expect(rowOf(opened)).toContainText(words.conversation.tool.waits);
    await card.getByRole('button', { name: words.inbox.allow }).click();
    await expect(inbox.getByText(words.inbox.nothing)).toBeVisible();
    await expect(rowOf(opened).locator('.tool-tail')).toHaveText('step <b>1</b> of 2: größe 😀');
    await expect(rowOf(opened)).toContainText('running');
    expect(supervisor.api.calls, 'it waits for the end').toHaveLength(1);

    writeFileSync(path.join(folder, 'go'), '');
    const outcome = `${words.item.leave.approved} ${words.via.inbox}, ${words.conversation.tool.exit(3)}`;
    await expect(rowOf(opened)).toContainText(outcome);
    await expect(rowOf(opened).locator('.tool-tail')).toHaveCount(0);
    expect(await relay.take(session)).toBe('Go on, and show me the output.');

    const [result] = toolResults(supervisor.api.calls[1]);
    expect(result).toMatchObject({ isError: false });
    expect(result?.text).toMatch(
      /^exit code 3 after [\d.]+ s\n\nstdout:\nstep <b>1<\/b> of 2: größe 😀\n\nstderr:\nstep 2: /,
    );
    await rowOf(opened).getByRole('button').first().click();
    const details = rowOf(opened).locator('.tool-details');
    await expect(details.locator('pre').first()).toHaveText(command, { useInnerText: true });
    await expect(details).toContainText('**not bold**');
    await expect(details).toContainText(words.item.leave.approved);
    await expect(letter(log, 'show me the output').last()).toContainText('claimed');
  });

  test('is denied with words by keyboard: it does not run, and the supervisor reads why', async ({
    openInterface,
  }) => {
    const opened = await openInterface();
    const { page, relay, supervisor } = opened;
    const card = await wantToRun(opened);
    await page.keyboard.press('2');
    await page.keyboard.press('r');
    await expect(card.getByRole('textbox')).toBeFocused();
    await page.keyboard.type('Not here: it is the machine of QA.');
    await page.keyboard.press('Enter');
    await expect(partsOf(page).inbox.getByText(words.inbox.nothing)).toBeVisible();

    await relay.take(session);
    const [, next] = supervisor.api.calls;
    const [result, ...others] = toolResults(next);
    expect(others).toEqual([]);
    expect(result).toMatchObject({ isError: true });
    expect(result?.text).toContain('the owner said no');
    // His words stand right behind it, as the owner's.
    expect(next?.lastText).toMatch(
      /<owner[^>]*>\s*Not here: it is the machine of QA\.\s*<\/owner>/,
    );
    expect(existsSync(begun())).toBe(false);

    await partsOf(page).row(session).click();
    const { leave } = words.item;
    await expect(rowOf(opened)).toContainText(`${leave.answered} ${words.via.inbox}`);
    await expect(letter(partsOf(page).log, 'machine of QA')).toContainText(
      words.conversation.owner,
    );
  });

  test('is denied by key: it does not run, and the supervisor goes on without it', async ({
    openInterface,
  }) => {
    const opened = await openInterface();
    const { page, relay, supervisor } = opened;
    await wantToRun(opened);
    await page.keyboard.press('2');
    await page.keyboard.press('x');
    await expect(partsOf(page).inbox.getByText(words.inbox.nothing)).toBeVisible();
    await relay.take(session);
    expect(toolResults(supervisor.api.calls[1])).toMatchObject([{ isError: true }]);
    expect(existsSync(begun())).toBe(false);
  });

  test('allowed while Relay is paused, it runs only once Relay goes on', async ({
    openInterface,
  }) => {
    const opened = await openInterface();
    const { page, relay, supervisor } = opened;
    const card = await wantToRun(opened);
    await relay.cli('pause');
    await expect(partsOf(page).status).toContainText(words.status.paused);
    await card.getByRole('button', { name: words.inbox.allow }).click();
    await expect(card).toHaveCount(0);
    // Another process has started and asked meanwhile: time enough for what must not happen.
    expect(await relay.cli('status')).toContain('paused');
    expect(existsSync(begun())).toBe(false);
    writeFileSync(path.join(folder, 'go'), '');
    await relay.cli('resume');
    await relay.take(session);
    expect(existsSync(begun())).toBe(true);
    expect(toolResults(supervisor.api.calls.at(-1))).toMatchObject([{ isError: false }]);
  });
});

test.describe('a permission request of Claude Code', () => {
  const input = {
    command: 'rm -rf build/ && npm run assets -- --release',
    description: 'Build the assets from scratch',
  };
  const asking = { id: 'assets', title: 'assets' };
  const decision = (behavior: object) => ({
    hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: behavior },
  });

  test('is allowed and denied with words by keyboard', async ({ openInterface }) => {
    const { page, relay, supervisor } = await openInterface();
    const { card, cards, inbox, log, row } = partsOf(page);
    const first = askPermission(relay, { ...asking, cwd: folder }, input);
    await expect(card(/^assets: /).locator('.card-use pre')).toHaveText(input.command);
    await expect(card(/^assets: /)).toContainText(words.inbox.remark(input.description));
    await page.keyboard.press('2');
    await page.keyboard.press('a');
    expect(JSON.parse(await first)).toEqual(decision({ behavior: 'allow' }));
    await expect(cards).toHaveCount(0);

    const second = askPermission(relay, { ...asking, cwd: folder }, input);
    await expect(cards).toHaveCount(1);
    await page.keyboard.press('r');
    await expect(cards.getByRole('textbox')).toBeFocused();
    await page.keyboard.type('Keep build/: the release is cut from it.');
    await page.keyboard.press('Enter');
    const message = 'Keep build/: the release is cut from it.';
    expect(JSON.parse(await second)).toEqual(decision({ behavior: 'deny', message }));
    await expect(inbox.getByText(words.inbox.nothing)).toBeVisible();
    expect(supervisor.api.calls, 'the supervisor is not asked').toHaveLength(0);
    await row('assets').click();
    await expect(log).toContainText(`${words.item.leave.approved} ${words.via.inbox}`);
    await expect(log).toContainText(`${words.item.leave.answered} ${words.via.inbox}`);
  });

  test('clears when it is answered in the terminal', async ({ openInterface }) => {
    const { page, relay } = await openInterface();
    const { cards, inbox, log, row } = partsOf(page);
    const transcript = createTranscript(path.join(folder, 'transcript.jsonl'));
    const id = transcript.uses('Bash', input);
    const where = { ...asking, cwd: folder, transcript: transcript.file };
    const hook = askPermission(relay, where, input);
    await expect(cards).toHaveCount(1);
    await expect(page).toHaveTitle('(1) Relay');
    // Half an answer stands in the field when the terminal is quicker.
    await page.keyboard.press('2');
    await page.keyboard.press('r');
    await page.keyboard.type('Half a');
    transcript.hasResult(id, 'built');
    await expect(inbox.getByText(words.inbox.nothing)).toBeVisible();
    await expect(page).toHaveTitle('Relay');
    expect(JSON.parse((await hook) || '{}'), 'no decision comes from here').toEqual({});
    expect(JSON.parse(await relay.cli('inbox', '--json'))).toEqual([]);
    await row('assets').click();
    await expect(log).toContainText(`${words.item.leave.withdrawn} ${words.via.terminal}`);
  });
});
