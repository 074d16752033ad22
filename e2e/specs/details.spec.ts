import { words } from '../../src/renderer/words.ts';
import { SessionId } from '../../src/shared/ids.ts';
import { expect, type Interface, test } from '../support/interface.ts';
import { partsOf } from '../support/parts.ts';
import { playToday, seedMonth, sessions, showcaseScript } from '../support/showcase.ts';

const text = words.details;
const docs = SessionId.parse('docs');

async function openDetails({ page, relay }: Interface) {
  relay.drop({ session_id: docs, title: 'docs', content: 'The page is written.' });
  await relay.take(docs);
  await partsOf(page).row('docs').click();
  await page.getByRole('log').focus();
  await page.keyboard.press('s');
  await expect(partsOf(page).details).toBeVisible();
}

test('the details of a session, by keyboard alone', async ({ openInterface }) => {
  const opened = await openInterface();
  const { page, relay } = opened;
  await openDetails(opened);
  const { details, composer } = partsOf(page);
  const memory = () => relay.call('session.memory', { sessionId: docs });

  await test.step('a brief is written and kept', async () => {
    await details.getByRole('textbox', { name: text.brief.title }).focus();
    await page.keyboard.type('Describe the release.');
    await page.keyboard.press('Control+Enter');
    await expect(details.getByText(text.brief.setBy(text.by.owner))).toBeVisible();
    expect((await memory()).brief).toMatchObject({ text: 'Describe the release.', by: 'owner' });
  });

  await test.step('a fact is pinned, edited and unpinned', async () => {
    await details.getByRole('textbox', { name: text.facts.field }).focus();
    await page.keyboard.type('Staging is shared.');
    await page.keyboard.press('Enter');
    await expect(details.getByText('Staging is shared.')).toBeVisible();
    await details.getByRole('button', { name: text.facts.edit }).press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.type(' Ask QA first.');
    await page.keyboard.press('Enter');
    await expect(details.getByText('Staging is shared. Ask QA first.')).toBeVisible();
    expect((await memory()).facts.map((fact) => fact.text)).toEqual([
      'Staging is shared. Ask QA first.',
    ]);
    await details.getByRole('button', { name: text.facts.unpin }).press('Enter');
    await expect(details.getByText(text.facts.none, { exact: true })).toBeVisible();
    expect((await memory()).facts).toEqual([]);
  });

  await test.step('a tool gets a rule of its own, and loses it', async () => {
    const rule = details.getByRole('combobox', { name: text.tools.policyOf('web_get') });
    const policy = async () =>
      (await relay.call('tools.list', { sessionId: docs })).find(({ name }) => name === 'web_get');
    await rule.focus();
    await page.keyboard.type(words.settings.policies.deny);
    await expect.poll(policy).toMatchObject({ policy: 'deny', origin: 'session' });
    await expect(details.getByText(text.tools.count(1))).toBeVisible();
    await rule.selectOption('');
    await expect.poll(policy).toMatchObject({ policy: 'ask', origin: 'default' });
  });

  await test.step('autonomy changes by arrow key', async () => {
    await details.getByRole('radio', { name: words.autonomy.auto.name }).focus();
    await page.keyboard.press('ArrowLeft');
    await expect(details.getByText(words.autonomy.draft.means)).toBeVisible();
    const autonomy = async () => (await relay.call('sessions.list', {}))[0]?.autonomy;
    await expect.poll(autonomy).toBe('draft');
  });

  await test.step('it moves to a conversation of its own', async () => {
    await details.getByRole('combobox', { name: text.conversation.move }).selectOption(docs);
    await details.getByRole('button', { name: text.conversation.move }).press('Enter');
    await expect(
      details.getByText(text.conversation.ownShort, { exact: true }).first(),
    ).toBeVisible();
    expect((await memory()).conversationId).toBe(docs);
  });

  await test.step('C goes on to write a message', async () => {
    await details.getByRole('heading', { name: text.cost.title }).click();
    await page.keyboard.press('c');
    await expect(composer).toBeFocused();
  });
});

test('what the relay refuses is said, and what was typed stays', async ({ openInterface }) => {
  const opened = await openInterface();
  const { page, relay } = opened;
  await openDetails(opened);
  const { details } = partsOf(page);
  await relay.kill();
  await details.getByRole('textbox', { name: text.facts.field }).fill('Kept in the field.');
  await page.keyboard.press('Enter');
  await expect(page.locator('.toast-fault')).toBeVisible();
  await expect(details.getByRole('textbox', { name: text.facts.field })).toHaveValue(
    'Kept in the field.',
  );
});

test('a summary opens to what it stands for, and leads to the place', async ({ openInterface }) => {
  const { page, relay } = await openInterface({ script: showcaseScript, prepare: seedMonth });
  await playToday(relay);
  const { row, log, details } = partsOf(page);
  await row(sessions.parser.title).click();
  await log.focus();
  await page.keyboard.press('s');
  await details.locator('summary').press('Enter');
  await details.getByRole('button', { name: text.summaries.show }).press('Enter');
  const covered = details.getByTitle(text.summaries.open);
  const [{ seq, events: count } = { seq: 0, events: 0 }] = (
    await relay.call('session.memory', { sessionId: SessionId.parse(sessions.parser.id) })
  ).summaries;
  const { events } = await relay.call('summary.covered', { seq });
  expect(events).toHaveLength(count);
  await expect(covered).toHaveCount(count);
  const own = events.findIndex(({ sessionId }) => sessionId === sessions.parser.id);
  const said = events[own];
  expect(said?.type).toBe('user_message');
  await covered.nth(own).press('Enter');
  await expect(details).toHaveCount(0);
  const place = log.locator('.is-sought');
  await expect(place).toBeInViewport();
  const words = said?.type === 'user_message' ? said.payload.text : '';
  await expect(place).toContainText(words.slice(0, 20).replaceAll('`', ''));
});
