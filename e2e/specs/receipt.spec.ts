import { existsSync } from 'node:fs';
import type { Locator, Page } from 'playwright/test';
import type { RelayEvent } from '#shared/events.ts';
import { formatUsd } from '#shared/format.ts';
import { ConversationId, SessionId } from '#shared/ids.ts';
import { words } from '../../src/renderer/words.ts';
import { expect, type Interface, test } from '../support/interface.ts';
import { partsOf } from '../support/parts.ts';
import type { RelayProcess } from '../support/relay-process.ts';
import { escalation, usualAnswer } from '../support/supervisor.ts';
import { tabTo } from '../support/tab-to.ts';

const text = words.receipt;
const docs = SessionId.parse('docs');
const otherModel = 'claude-haiku-5-5';

/** An exchange, with a brief and a fact that have changed since. */
async function speak({ relay }: Interface) {
  const conversationId = ConversationId.parse('default');
  relay.drop({ session_id: docs, title: docs, content: 'Hello.' });
  await relay.take(docs);
  await relay.call('session.setBrief', { sessionId: docs, text: 'Describe the release.' });
  const { factId } = await relay.call('facts.pin', { conversationId, text: 'QA reads it, too.' });
  relay.drop({ session_id: docs, title: docs, content: 'The page is written: größe <b>3</b>.' });
  await relay.take(docs);
  await relay.call('session.setBrief', { sessionId: docs, text: 'Something else.' });
  await relay.call('facts.unpin', { factId });
}

/** Of the newest exchange of the open session. */
async function openReceipt(page: Page, exchangeId: string): Promise<Locator> {
  await page.keyboard.press('1');
  await page.keyboard.press('i');
  const receipt = page.getByRole('dialog', { name: text.title(exchangeId) });
  await expect(receipt.getByText(text.timeline)).toBeVisible();
  return receipt;
}

const eventsAfter = async (relay: RelayProcess, after: number): Promise<RelayEvent[]> =>
  (await relay.call('events.after', { after })).events;

/** Its session is chosen, by keyboard as everything here. */
async function chooseSession(page: Page) {
  await page.keyboard.press('1');
  await page.keyboard.press('j');
  await expect(partsOf(page).row(docs)).toHaveAttribute('aria-selected', 'true');
}

test('the exact request and a replay, without touching the mouse', async ({ openInterface }) => {
  const opened = await openInterface();
  const { page, relay, supervisor } = opened;
  const { composer, cards } = partsOf(page);
  await speak(opened);
  await chooseSession(page);

  await test.step('the request as JSON is what the API received', async () => {
    const receipt = await openReceipt(page, 'x2');
    const summary = receipt.locator('summary').filter({ hasText: text.sent.title });
    await tabTo(summary);
    await page.keyboard.press('Enter');
    await expect(receipt.getByText(text.sent.same)).toBeVisible();
    // What it is made of can be opened to the last word.
    const tree = receipt.locator('.request-json');
    await expect(tree).toContainText('max_tokens');
    await tabTo(receipt.getByRole('button', { name: text.sent.copy }));
    await page.keyboard.press('Enter');
    await expect(page.getByText(words.done.copied).first()).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(receipt).toHaveCount(0);
    await page.keyboard.press('c');
    await expect(composer).toBeFocused();
    await page.keyboard.press('Control+v');
    await expect(composer).toHaveValue(/max_tokens/);
    const sent = supervisor.api.calls[1]?.body;
    expect(JSON.parse(await composer.inputValue())).toEqual(sent);
    expect(JSON.stringify(sent)).toContain('QA reads it, too.');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await page.keyboard.press('Escape');
  });

  await test.step('it is run again with another model and other instructions, side by side', async () => {
    const { seq } = await relay.call('status', {});
    const receipt = await openReceipt(page, 'x2');
    const { replay } = text;
    await tabTo(receipt.getByRole('combobox', { name: replay.model }));
    await page.keyboard.type(otherModel);
    await expect(receipt.getByRole('combobox')).toHaveValue(otherModel);
    await tabTo(receipt.getByRole('checkbox', { name: replay.otherInstructions }));
    await page.keyboard.press('Space');
    const field = receipt.getByRole('textbox', { name: replay.instructions });
    await expect(field).toHaveValue(/supervisor/);
    await tabTo(field);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('Ask before every page.');
    supervisor.willSay(escalation('Shall QA read it first?', 'Yes, today.'));
    await tabTo(receipt.getByRole('button', { name: replay.run }));
    await page.keyboard.press('Enter');

    const then = receipt.getByRole('article', { name: replay.before });
    const now = receipt.getByRole('article', { name: /^Again at / });
    await expect(now).toContainText('Shall QA read it first?');
    await expect(now).toContainText('Yes, today.');
    await expect(now).toContainText(replay.verdict.escalate);
    await expect(now).toContainText(otherModel);
    await expect(now).toContainText(`${replay.with.model}, ${replay.with.instructions}`);
    await expect(then).toContainText(usualAnswer);
    await expect(then).toContainText(replay.verdict.reply);
    const events = await eventsAfter(relay, seq);
    const made = events.find((event) => event.type === 'replay.made');
    const finished = (await eventsAfter(relay, 0)).findLast(({ type }) => type === 'call.finished');
    if (made?.type !== 'replay.made' || finished?.type !== 'call.finished') {
      throw new Error('The replay or its original is missing.');
    }
    await expect(now).toContainText(formatUsd(made.payload.costUsd ?? 0));
    await expect(then).toContainText(formatUsd(finished.payload.costUsd ?? 0));

    // What it was asked: that of then, but for what was changed.
    const [, past, again] = supervisor.api.calls.map(({ body }) => body);
    expect(again?.model).toBe(otherModel);
    expect(JSON.stringify(again?.system)).toContain('Ask before every page.');
    expect(again?.messages).toEqual(past?.messages);
    // Nothing has come of it: no word, no item, no file.
    expect(events.map(({ type }) => type)).toEqual(['replay.made']);
    await expect(cards).toHaveCount(0);
    expect(existsSync(relay.inputFile(docs))).toBe(false);
    const [session] = await relay.call('sessions.list', {});
    expect(session?.exchanges).toBe(2);
    await page.keyboard.press('Escape');
  });
});

test('scores, and the rates they make, without touching the mouse', async ({ openInterface }) => {
  const opened = await openInterface();
  const { page, relay, supervisor } = opened;
  const { cards } = partsOf(page);
  await speak(opened);
  await chooseSession(page);
  const button = (receipt: Locator, name: string) =>
    receipt.getByRole('button', { name, exact: true });
  const stats = async () => JSON.parse(await relay.cli('stats', '--json')).total;
  const { names } = text.score;

  await test.step('a reply is scored wrong', async () => {
    const wrong = button(await openReceipt(page, 'x2'), names.wrong);
    await tabTo(wrong);
    await page.keyboard.press('Enter');
    await expect(wrong).toHaveAttribute('aria-pressed', 'true');
    await page.keyboard.press('Escape');
    expect(await stats()).toMatchObject({ replies: 2, repliesWrong: 1, wrongRate: 0.5 });
  });

  await test.step('a question is scored needless', async () => {
    supervisor.willSay(escalation('May it?', 'Yes.'));
    relay.drop({ session_id: docs, title: docs, content: 'Done?' });
    await expect(cards).toHaveCount(1);
    await page.keyboard.press('2');
    await page.keyboard.press('x');
    await expect(cards).toHaveCount(0);
    const needless = button(await openReceipt(page, 'x3'), names.needless);
    await tabTo(needless);
    await page.keyboard.press('Enter');
    await expect(needless).toHaveAttribute('aria-pressed', 'true');
    await page.keyboard.press('Escape');
    expect(await stats()).toMatchObject({
      escalations: 1,
      escalationsNeedless: 1,
      needlessRate: 1,
    });
  });

  await test.step('the rates stand in the costs, and follow when a score is taken back', async () => {
    const { decisions } = words.costs;
    const part = page.locator('section', {
      has: page.getByRole('heading', { name: decisions.title }),
    });
    const figure = (name: string) => part.locator('.figures > *').filter({ hasText: name }).first();
    await page.keyboard.press('3');
    await expect(figure(decisions.wrong)).toContainText('50%');
    await expect(figure(decisions.wrong)).toContainText(decisions.of(1, 2));
    await expect(figure(decisions.needless)).toContainText('100%');
    await expect(figure(decisions.needless)).toContainText(decisions.of(1, 1));
    const table = part.getByRole('table', { name: decisions.bySession });
    await expect(table.getByRole('row', { name: /docs/ })).toContainText('50%');

    const needless = button(await openReceipt(page, 'x3'), names.needless);
    await tabTo(needless);
    await page.keyboard.press('Enter');
    await expect(needless).toHaveAttribute('aria-pressed', 'false');
    await page.keyboard.press('Escape');
    await page.keyboard.press('3');
    await expect(figure(decisions.needless)).toContainText('0%');
    expect(await stats()).toMatchObject({ escalations: 1, escalationsNeedless: 0 });
  });
});
