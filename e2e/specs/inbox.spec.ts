import { words } from '../../src/renderer/words.ts';
import { expect, type Interface, test } from '../support/interface.ts';
import { partsOf } from '../support/parts.ts';
import { escalation } from '../support/supervisor.ts';

const question = 'Drop the table refund_attempts?';
const proposal = 'No: rename it, and drop it in 30 days.';

/** A session whose supervisor has called the owner. */
async function askOwner({ relay, supervisor, page }: Interface, sessionId: string, text: string) {
  supervisor.willSay(escalation(text, proposal, 'It cannot be undone.'));
  relay.drop({ session_id: sessionId, content: 'The migration is ready. Shall I run it?' });
  await expect(partsOf(page).card(text)).toBeVisible();
}

test.describe('the inbox', () => {
  test('approve: the supervisor is told, the reply goes out, the item is gone everywhere', async ({
    openInterface,
  }) => {
    const opened = await openInterface({ look: {} });
    const { page, relay, supervisor } = opened;
    await askOwner(opened, 'refunds', question);
    const { card, inbox } = partsOf(page);
    await expect(page).toHaveTitle('(1) Relay');
    await expect(card(question)).toContainText(proposal);

    supervisor.willSay({ text: 'Rename the table now.' });
    await card(question).getByRole('button', { name: words.inbox.approve }).click();
    await expect(inbox.getByText(words.inbox.nothing)).toBeVisible();
    await expect(page).toHaveTitle('Relay');
    expect(await relay.take('refunds')).toBe('Rename the table now.');
    expect(JSON.parse(await relay.cli('inbox', '--json'))).toEqual([]);
    // What the supervisor was sent says what the owner decided.
    expect(supervisor.api.calls.at(-1)?.lastText).toContain('<owner');
  });

  test('edit: the owner’s own words go to the session, and only those', async ({
    openInterface,
  }) => {
    const opened = await openInterface();
    const { page, relay, supervisor } = opened;
    await askOwner(opened, 'refunds', question);
    const { card, inbox } = partsOf(page);
    const calls = supervisor.api.calls.length;

    await card(question).getByRole('button', { name: words.inbox.edit }).click();
    const field = card(question).getByRole('textbox', { name: words.inbox.placeholder.edit });
    await expect(field).toHaveValue(proposal);
    await field.fill('Rename it, but keep it for 90 days.');
    await field.press('Enter');
    await expect(inbox.getByText(words.inbox.nothing)).toBeVisible();
    expect(await relay.take('refunds')).toBe('Rename it, but keep it for 90 days.');
    expect(supervisor.api.calls.length).toBe(calls);
  });

  test('direct: the text reaches the session without a call', async ({ openInterface }) => {
    const opened = await openInterface();
    const { page, relay, supervisor } = opened;
    await askOwner(opened, 'refunds', question);
    const { card } = partsOf(page);
    const calls = supervisor.api.calls.length;

    await card(question).getByRole('button', { name: words.inbox.direct }).click();
    await page.keyboard.type('Keep the table.');
    await page.keyboard.press('Enter');
    await expect(card(question)).toHaveCount(0);
    expect(await relay.take('refunds')).toBe('Keep the table.');
    expect(supervisor.api.calls.length).toBe(calls);
  });

  test('dismiss: nothing is sent, and the next item is in hand', async ({ openInterface }) => {
    const opened = await openInterface();
    const { page, relay } = opened;
    await askOwner(opened, 'refunds', question);
    await askOwner(opened, 'photos', 'Raise the limit to 1 MiB?');
    const { card, cards } = partsOf(page);
    await card(question).click();

    await card(question).getByRole('button', { name: words.inbox.dismiss }).click();
    await expect(cards).toHaveCount(1);
    await expect(card('Raise the limit to 1 MiB?')).toHaveAttribute('aria-current', 'true');
    const left: { sessionId: string }[] = JSON.parse(await relay.cli('inbox', '--json'));
    expect(left.map(({ sessionId }) => sessionId)).toEqual(['photos']);
    const [refunds] = (await relay.call('sessions.list', {})).filter(({ id }) => id === 'refunds');
    expect(refunds?.state).not.toBe('needs-owner');
  });

  test('an item settled by command goes from the window by itself', async ({ openInterface }) => {
    const opened = await openInterface();
    const { page, relay } = opened;
    await askOwner(opened, 'refunds', question);
    const [item]: { id: string }[] = JSON.parse(await relay.cli('inbox', '--json'));
    await relay.cli('reply', item?.id ?? '', 'Leave it.', '--direct');
    await expect(partsOf(page).inbox.getByText(words.inbox.nothing)).toBeVisible();
    expect(await relay.take('refunds')).toBe('Leave it.');
  });

  test('what the relay refuses comes back, and the reason is said', async ({ openInterface }) => {
    const opened = await openInterface();
    const { page, relay } = opened;
    await askOwner(opened, 'refunds', question);
    // The relay dies with the answer in its hands.
    const { card } = partsOf(page);
    await relay.kill();
    await card(question).getByRole('button', { name: words.inbox.approve }).click();
    await expect(card(question)).toBeVisible();
    // Each host says it in its own words: a browser knows no more than that nothing answers.
    await expect(page.locator('.toast-fault')).toContainText(/relay/i);

    // Once the relay is back, the same click is taken.
    await relay.start();
    await expect(partsOf(page).lost).toHaveCount(0, { timeout: 20_000 });
    await card(question).getByRole('button', { name: words.inbox.approve }).click();
    await expect(card(question)).toHaveCount(0);
    await expect.poll(async () => (await relay.call('inbox.list', {})).length).toBe(0);
  });
});

test.describe('drafts', () => {
  test('autonomy draft: the reply waits for the owner, who sends it as it stands', async ({
    openInterface,
  }) => {
    const { page, relay, supervisor } = await openInterface({ config: 'autonomy: draft\n' });
    supervisor.willSay({ text: 'Run the tests again.' });
    relay.drop({ session_id: 'docs', content: 'Done?' });
    const { cards } = partsOf(page);
    await expect(cards).toHaveCount(1);
    await expect(cards).toContainText('Run the tests again.');
    await cards.getByRole('button', { name: words.inbox.send }).click();
    expect(await relay.take('docs')).toBe('Run the tests again.');
    await expect(cards).toHaveCount(0);
  });
});
