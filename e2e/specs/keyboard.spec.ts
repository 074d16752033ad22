import { words } from '../../src/renderer/words.ts';
import { expect, test } from '../support/interface.ts';
import { partsOf } from '../support/parts.ts';
import { escalation } from '../support/supervisor.ts';

test('a day of the owner without touching the mouse', async ({ openInterface }) => {
  const { page, relay, supervisor } = await openInterface();
  const { card, cards, row, log, composer, status } = partsOf(page);
  supervisor.willSay(escalation('Drop the first table?', 'No: rename it.'));
  relay.drop({ session_id: 'shop', title: 'shop', content: 'Ready.' });
  await expect(card(/first table/)).toBeVisible();
  supervisor.willSay(escalation('Drop the second table?', 'Yes.'));
  relay.drop({ session_id: 'photos', title: 'photos', content: 'Ready.' });
  await expect(cards).toHaveCount(2);

  await page.keyboard.press('2');
  await test.step('J and K move, the conversation follows', async () => {
    await page.keyboard.press('j');
    await expect(card(/second table/)).toHaveAttribute('aria-current', 'true');
    await expect(page.getByRole('heading', { name: 'photos', level: 1 })).toBeVisible();
    await page.keyboard.press('k');
    await expect(card(/first table/)).toHaveAttribute('aria-current', 'true');
  });

  await test.step('R answers, and the next item comes up', async () => {
    supervisor.willSay({ text: 'Rename it to first_old.' });
    await page.keyboard.press('r');
    await page.keyboard.type('Rename it.');
    await page.keyboard.press('Enter');
    await expect(cards).toHaveCount(1);
    expect(await relay.take('shop')).toBe('Rename it to first_old.');
    await expect(card(/second table/)).toHaveAttribute('aria-current', 'true');
  });

  await test.step('A approves', async () => {
    supervisor.willSay({ text: 'Drop it.' });
    await page.keyboard.press('a');
    await expect(page.getByText(words.inbox.nothing)).toBeVisible();
    expect(await relay.take('photos')).toBe('Drop it.');
  });

  await test.step('Space pauses and resumes', async () => {
    await page.keyboard.press('Space');
    await expect(status.getByText(words.status.paused)).toBeVisible();
    await expect.poll(async () => (await relay.call('status', {})).paused).toBe(true);
    await page.keyboard.press('Space');
    await expect.poll(async () => (await relay.call('status', {})).paused).toBe(false);
  });

  await test.step('the palette opens a session', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('shop');
    await page.keyboard.press('Enter');
    await expect(row('shop')).toHaveAttribute('aria-selected', 'true');
    await expect(log.getByText('Rename it to first_old.')).toBeVisible();
  });

  await test.step('C writes a message to the supervisor', async () => {
    supervisor.willSay({ text: 'All is well.' });
    await page.keyboard.press('c');
    await expect(composer).toBeFocused();
    await page.keyboard.type('How is it going?');
    await page.keyboard.press('Enter');
    await expect(log.getByText('How is it going?')).toBeVisible();
    await expect(log.getByText('All is well.')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(composer).not.toBeFocused();
  });

  await test.step('I shows the receipt, with a price', async () => {
    await page.keyboard.press('i');
    const receipt = page.getByRole('dialog');
    await expect(receipt.getByText(words.receipt.steps.finished)).toBeVisible();
    await expect(receipt.getByText(words.receipt.total)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(receipt).toBeHidden();
  });

  await test.step('3 shows the costs, Esc comes back', async () => {
    await page.keyboard.press('3');
    await expect(page.getByRole('heading', { name: words.costs.title })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(log).toBeVisible();
  });

  await test.step('a search leads to the place', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('first_old');
    await expect(page.getByRole('option', { name: /first_old/ })).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(log.getByText('Rename it to first_old.')).toBeInViewport();
  });
});
