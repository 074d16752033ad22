import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright/test';
import { words } from '../../src/renderer/words.ts';
import { expect, test as hostTest, type Interface } from '../support/interface.ts';
import { letter, partsOf } from '../support/parts.ts';
import { type Phone, startPhone } from '../support/phone.ts';

const reply = 'Run the tests again, then show the **diff**.';
const session = 'docs';

interface Desk extends Interface {
  phone: Phone;
  card: Locator;
  /** The draft is in the window, on the phone and on the command line. */
  itemId: string;
}

const test = hostTest.extend<{ openDraft: () => Promise<Desk> }>({
  openDraft: async ({ openInterface }, use) => {
    const phone = await startPhone();
    await use(async () => {
      const opened = await openInterface({
        config: 'autonomy: draft\n',
        env: phone.env,
        script: ({ lastText }) => ({ text: lastText.includes('<owner') ? 'Then stop.' : reply }),
      });
      const { page, relay } = opened;
      // A phone's word from before Relay listens is not for it.
      await expect.poll(() => phone.ntfy.listens.length).toBeGreaterThan(0);
      relay.drop({ session_id: session, title: session, content: 'The page is written. Done?' });
      const card = partsOf(page).cards;
      await expect(card).toHaveCount(1);
      await expect(card).toContainText('Run the tests again, then show the diff.');
      const { id } = await phone.ntfy.waitFor(phone.topic);
      expect(await waiting(opened)).toEqual([id]);
      // Nothing leaves before the owner has said so.
      expect(existsSync(relay.inputFile(session))).toBe(false);
      return { ...opened, phone, card, itemId: id };
    });
    await phone.ntfy.close();
  },
});

/** What the command line says waits for the owner. */
async function waiting({ relay }: Pick<Interface, 'relay'>): Promise<string[]> {
  const items: { id: string }[] = JSON.parse(await relay.cli('inbox', '--json'));
  return items.map(({ id }) => id);
}

/** Wherever it was settled: no hand has it any more, and the conversation says how it was. */
async function settledEverywhere(desk: Desk, how: string) {
  const { page, phone, itemId } = desk;
  const { inbox, row, log } = partsOf(page);
  await expect(inbox.getByText(words.inbox.nothing)).toBeVisible();
  await expect(page).toHaveTitle('Relay');
  expect(await waiting(desk)).toEqual([]);
  await expect.poll(() => phone.ntfy.shown(phone.topic).map(({ id }) => id)).not.toContain(itemId);
  await row(session).click();
  await expect(log).toContainText(`${words.item.kind.draft} ${itemId}, ${how}`);
}

/** Who waits for the reply is let go, and gets none. */
async function nothingSent({ relay }: Interface) {
  const release = path.join(path.dirname(relay.inputFile(session)), 'release');
  await expect.poll(() => existsSync(release), { message: release }).toBe(true);
  expect(existsSync(relay.inputFile(session))).toBe(false);
}

test.describe('a draft', () => {
  test('is edited and approved in the window: exactly that is sent', async ({ openDraft }) => {
    const desk = await openDraft();
    const { page, relay, supervisor, card, phone, itemId } = desk;
    const calls = supervisor.api.calls.length;
    await card.getByRole('button', { name: words.inbox.edit }).click();
    const field = card.getByRole('textbox', { name: words.inbox.placeholder.edit });
    await expect(field).toHaveValue(reply);
    await field.press('Control+End');
    await page.keyboard.type(' Größe: 3 µs.');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('  - "quoted" & <b>bold</b> 😀');
    await page.keyboard.press('Enter');

    const sent = `${reply} Größe: 3 µs.\n  - "quoted" & <b>bold</b> 😀`;
    expect(await relay.take(session)).toBe(sent);
    await settledEverywhere(desk, `${words.item.settled.approved} ${words.via.inbox}`);
    // The draft stays what it was; the owner's text stands beside it as his.
    const { log } = partsOf(page);
    await expect(letter(log, 'then show the diff.').first()).toContainText(
      words.conversation.draft,
    );
    await expect(letter(log, 'Größe')).toContainText(words.conversation.ownerTo.draft);
    expect(supervisor.api.calls.length).toBe(calls);

    // The other hands come too late, and are told so.
    await expect(relay.cli('approve', itemId)).rejects.toThrow(itemId);
    await expect(relay.cli('dismiss', itemId)).rejects.toThrow(itemId);
    const posts = phone.ntfy.posts.length;
    const [old] = phone.ntfy.posts.map(
      ({ headers }) => JSON.parse(`${headers.actions ?? '[]'}`)[0],
    );
    await phone.ntfy.tap(old);
    await expect.poll(() => phone.ntfy.posts.slice(posts + 1).at(-1)?.body).toContain(itemId);
    expect(existsSync(relay.inputFile(session))).toBe(false);
  });

  test('is thrown away in the window: nothing is sent, the session may stop', async ({
    openDraft,
  }) => {
    const desk = await openDraft();
    await desk.card.getByRole('button', { name: words.inbox.throwAway }).click();
    await settledEverywhere(desk, `${words.item.settled.dismissed} ${words.via.inbox}`);
    await nothingSent(desk);
  });

  test('is answered in the window: the supervisor writes another', async ({ openDraft }) => {
    const { page, relay, card, phone, itemId } = await openDraft();
    await card.getByRole('button', { name: words.inbox.answer }).click();
    await page.keyboard.type('It is enough.');
    await page.keyboard.press('Enter');
    await expect(card).toContainText('Then stop.');
    await expect(card).toHaveCount(1);
    // The phone shows the new one alone.
    const next = await phone.ntfy.waitFor(phone.topic, ({ id }) => id !== itemId);
    await expect.poll(() => phone.ntfy.shown(phone.topic).map(({ id }) => id)).toEqual([next.id]);
    await phone.tap(next.id, 'Send it');
    await expect(card).toHaveCount(0);
    expect(await relay.take(session)).toBe('Then stop.');
  });

  test('is sent by command, and goes from the window by itself', async ({ openDraft }) => {
    const desk = await openDraft();
    await desk.relay.cli('approve', desk.itemId);
    expect(await desk.relay.take(session)).toBe(reply);
    await settledEverywhere(desk, `${words.item.settled.approved} ${words.via.cli}`);
  });

  test('is thrown away by command, while the window holds it half edited', async ({
    openDraft,
  }) => {
    const desk = await openDraft();
    await desk.card.getByRole('button', { name: words.inbox.edit }).click();
    await desk.page.keyboard.type('Half a');
    await desk.relay.cli('dismiss', desk.itemId);
    await settledEverywhere(desk, `${words.item.settled.dismissed} ${words.via.cli}`);
    await nothingSent(desk);
  });

  test('is sent from the phone, and goes from the window by itself', async ({ openDraft }) => {
    const desk = await openDraft();
    await desk.phone.tap(desk.itemId, 'Send it');
    expect(await desk.relay.take(session)).toBe(reply);
    await settledEverywhere(desk, `${words.item.settled.approved} ${words.via.ntfy}`);
  });

  test('is edited on the phone: exactly that is sent, and the window shows whose it is', async ({
    openDraft,
  }) => {
    const desk = await openDraft();
    await desk.phone.write(`send ${desk.itemId}: Nur die Größe.\n\nDann *aufhören*. 😀`);
    expect(await desk.relay.take(session)).toBe('Nur die Größe.\n\nDann *aufhören*. 😀');
    await settledEverywhere(desk, `${words.item.settled.approved} ${words.via.ntfy}`);
    const { log } = partsOf(desk.page);
    await expect(letter(log, 'Größe')).toContainText(words.conversation.ownerTo.draft);
  });

  test('is thrown away from the phone, and goes from the window by itself', async ({
    openDraft,
  }) => {
    const desk = await openDraft();
    await desk.phone.tap(desk.itemId, 'Drop it');
    await settledEverywhere(desk, `${words.item.settled.dismissed} ${words.via.ntfy}`);
    await nothingSent(desk);
  });
});
