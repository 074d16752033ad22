import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright/test';
import { formatUsd } from '#shared/format.ts';
import type { Usage } from '#shared/usage.ts';
import { words } from '../../src/renderer/words.ts';
import { expect, type Interface, test } from '../support/interface.ts';
import { letter, partsOf } from '../support/parts.ts';
import { escalation } from '../support/supervisor.ts';
import { tabTo } from '../support/tab-to.ts';

/**
 * USD per million tokens of claude-sonnet-5-5, as published in October 2026. Not read from the price
 * table on purpose: the sums have to agree with the world, not with themselves.
 */
const sonnet = { input: 2, output: 10, cacheRead: 0.1, cacheWrite5m: 2.5, cacheWrite1h: 4 };

function costOf(usage: Usage): number {
  return (
    (usage.input * sonnet.input +
      usage.output * sonnet.output +
      usage.cacheRead * sonnet.cacheRead +
      usage.cacheWrite5m * sonnet.cacheWrite5m +
      usage.cacheWrite1h * sonnet.cacheWrite1h) /
    1e6
  );
}

/** How the owner works: the same day once with the mouse and once without. */
interface Hand {
  press(control: Locator): Promise<void>;
  /** Puts text into a field, in place of what is there. */
  write(field: Locator, text: string): Promise<void>;
  openSession(page: Page, name: string): Promise<void>;
  editProposal(page: Page, text: string): Promise<void>;
  openReceipt(page: Page): Promise<void>;
  openCosts(page: Page): Promise<void>;
}

const mouse: Hand = {
  press: (control) => control.click(),
  write: (field, text) => field.fill(text),
  openSession: (page, name) => partsOf(page).row(name).click(),
  async editProposal(page, text) {
    const card = partsOf(page).cards.first();
    await card.getByRole('button', { name: words.inbox.edit }).click();
    await card.getByRole('textbox').fill(text);
    await card.getByRole('button', { name: words.inbox.send }).click();
  },
  async openReceipt(page) {
    const answer = letter(partsOf(page).log, words.conversation.supervisor).first();
    await answer.hover();
    await answer.getByRole('button', { name: words.conversation.receipt }).click();
  },
  openCosts: (page) =>
    partsOf(page).sessions.getByRole('button', { name: words.sessions.costs }).click(),
};

const keyboard: Hand = {
  async press(control) {
    await tabTo(control);
    await control.press('Enter');
  },
  async write(field, text) {
    await tabTo(field);
    await field.press('Control+a');
    await field.page().keyboard.type(text);
  },
  async openSession(page, name) {
    await page.keyboard.press('1');
    await page.keyboard.press('j');
    await expect(partsOf(page).row(name)).toHaveAttribute('aria-selected', 'true');
  },
  async editProposal(page, text) {
    await page.keyboard.press('e');
    await expect(partsOf(page).cards.first().getByRole('textbox')).toBeFocused();
    await page.keyboard.press('Control+a');
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
  },
  async openReceipt(page) {
    await page.keyboard.press('1');
    await page.keyboard.press('i');
  },
  openCosts: (page) => page.keyboard.press('3'),
};

for (const [how, hand] of Object.entries({
  'with the mouse': mouse,
  'by keyboard alone': keyboard,
})) {
  test(`the owner’s day ${how}`, async ({ openInterface }) => {
    const opened = await openInterface({ key: false, firstRun: true });
    await test.step('the first steps prove the key', () => proveKey(opened, hand));
    await test.step('and connect Claude Code', () => connect(opened, hand));
    await test.step('a session speaks, the answer streams', () => answerStreams(opened, hand));
    await test.step('the supervisor asks, the owner edits and sends', () => ask(opened, hand));
    await test.step('costs and receipt agree with the API', () => compareCosts(opened, hand));
  });
}

const first = 'All 42 tests pass. Shall I refactor the parser?';
const reply =
  'Yes, but keep the public API. First put all messages into one file, then show the diff.';
/** The API sends 24 characters at a time. */
const streamed = 'Yes, but keep the public';
const edited = 'Rename it to orders_old, and keep it for 90 days.';

async function proveKey({ page, supervisor }: Interface, hand: Hand) {
  const field = page.getByRole('textbox', { name: words.settings.key });
  const save = page.getByRole('button', { name: words.settings.keySave });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.firstRun.title);

  await hand.write(field, 'sk-ant-not-a-key');
  await hand.press(save);
  await expect(page.getByRole('status').filter({ hasText: '401' })).toBeVisible();
  await expect(page.getByText(words.firstRun.proven)).toHaveCount(0);

  await hand.write(field, supervisor.api.key);
  await hand.press(save);
  await expect(page.getByText(words.firstRun.proven)).toHaveCount(1);
  await expect(field).toHaveValue('');
}

async function connect({ page, relay }: Interface, hand: Hand) {
  await hand.press(page.getByRole('button', { name: words.settings.connectUser }));
  const file = path.join(relay.userHome, '.claude', 'settings.json');
  await expect(page.getByText('stop.sh').first()).toBeVisible();
  expect(existsSync(file), 'nothing is written before it was seen').toBe(false);
  await hand.press(page.getByRole('button', { name: words.settings.makeChange }));
  await expect(page.getByText(words.firstRun.claudeWaits)).toBeVisible();
  expect(readFileSync(file, 'utf8')).toContain('stop.sh');
}

async function answerStreams({ page, relay, supervisor }: Interface, hand: Hand) {
  const gate = supervisor.willHold({ text: reply }, streamed.length);
  relay.drop({ session_id: 'api-server', title: 'api-server', content: first });
  await expect(page.getByText(words.firstRun.sessionSeen('api-server'))).toBeVisible();
  await hand.press(page.getByRole('button', { name: words.firstRun.later }));
  await hand.openSession(page, 'api-server');

  const { log, status } = partsOf(page);
  await expect(letter(log, first)).toBeVisible();
  await expect(letter(log, streamed)).toBeVisible();
  await expect(log).not.toContainText('show the diff');
  await expect(status).toContainText(words.status.working(1));
  gate.open();
  await expect(letter(log, reply)).toBeVisible();
  expect(await relay.take('api-server')).toBe(reply);
  await expect(log).toContainText('claimed');
}

async function ask({ page, relay, supervisor }: Interface, hand: Hand) {
  const question = 'Drop the table orders_old in production?';
  supervisor.willSay(escalation(question, 'No: rename it.', 'It cannot be undone.'));
  relay.drop({ session_id: 'api-server', content: 'The table is unused. I would drop it.' });
  const { card, inbox, row } = partsOf(page);
  await expect(card(question)).toBeVisible();
  await expect(page).toHaveTitle('(1) Relay');
  await expect(row('api-server')).toContainText(words.groups['needs-owner']);

  await hand.editProposal(page, edited);
  await expect(inbox.getByText(words.inbox.nothing)).toBeVisible();
  const file = relay.inputFile('api-server');
  await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8')).toBe(edited);
  await relay.take('api-server');
  await expect(letter(partsOf(page).log, edited)).toBeVisible();
}

async function compareCosts({ page, relay, supervisor }: Interface, hand: Hand) {
  // Every message the API charged for, the tests of the key among them.
  const charged = supervisor.api.requests.flatMap(({ path: asked, usage }) =>
    asked === '/v1/messages' && usage ? [usage] : [],
  );
  const answers = supervisor.api.calls.filter(({ body }) => body.stream === true);
  const total = charged.map(costOf).reduce((sum, usd) => sum + usd, 0);
  const cost = JSON.parse(await relay.cli('cost', '--json'));
  expect(cost.totalUsd).toBeCloseTo(total, 10);
  expect(cost.calls).toBe(charged.length);

  const [firstAnswer, secondAnswer] = answers.slice(-2).map(({ usage }) => usage);
  if (!firstAnswer || !secondAnswer) throw new Error('The supervisor was called twice.');
  const { log, inbox } = partsOf(page);
  await expect(letter(log, reply)).toContainText(formatUsd(costOf(firstAnswer)));
  await expect(inbox.getByRole('button', { name: words.inbox.today })).toContainText(
    formatUsd(total),
  );

  await hand.openReceipt(page);
  const receipt = page.getByRole('dialog');
  // By mouse the receipt of the first answer, by key that of the last exchange.
  const usage = hand === mouse ? firstAnswer : secondAnswer;
  const line = (name: string) => receipt.getByRole('row').filter({ hasText: name });
  await expect(line(words.receipt.total)).toContainText(formatUsd(costOf(usage)));
  for (const kind of ['output', 'cacheRead', 'cacheWrite5m', 'input'] as const) {
    if (usage[kind] === 0) continue;
    await expect(line(words.receipt.usage[kind])).toContainText(usage[kind].toLocaleString('en'));
    await expect(line(words.receipt.usage[kind])).toContainText(
      formatUsd((usage[kind] * sonnet[kind]) / 1e6),
    );
  }
  await page.keyboard.press('Escape');
  await expect(receipt).toBeHidden();

  await hand.openCosts(page);
  const spent = page.getByRole('definition').first();
  await expect(spent).toHaveText(formatUsd(total));
}
