import { expect, test } from '../support/interface.ts';
import { partsOf } from '../support/parts.ts';
import { escalation } from '../support/supervisor.ts';

const narrow = { viewport: { width: 720, height: 480 } };

test('a narrow window shows one column at a time', async ({ openInterface }) => {
  const { page, relay, supervisor } = await openInterface({ look: narrow });
  supervisor.willSay(escalation('May I delete build/?', 'Yes.'));
  relay.drop({ session_id: 'docs', content: 'build/ is stale.' });
  const { tab, sessions, conversation, inbox, composer, status, card } = partsOf(page);
  await expect(tab('inbox')).toContainText('1');
  const columns = { sessions, conversation, inbox };
  for (const name of ['sessions', 'conversation', 'inbox'] as const) {
    await tab(name).click();
    for (const [other, column] of Object.entries(columns)) {
      await expect(column).toBeVisible({ visible: other === name });
    }
    await expect(tab(name)).toHaveAttribute('aria-current', 'true');
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, `${name} is not wider than the window`).toBeLessThanOrEqual(0);
    await expect(status).toBeInViewport();
  }
  await expect(card('May I delete build/?')).toBeInViewport();

  // A row leads on to its conversation.
  await tab('sessions').click();
  await partsOf(page).row('docs').click();
  await expect(composer).toBeInViewport();
});

test('the tabs go when the window grows', async ({ openInterface }) => {
  const { page, relay } = await openInterface({ look: narrow });
  relay.drop({ session_id: 'docs', content: 'Hello.' });
  await expect(partsOf(page).tab('inbox')).toBeVisible();
  await page.setViewportSize({ width: 1200, height: 760 });
  const { tab, sessions, conversation, inbox } = partsOf(page);
  await expect(tab('inbox')).toBeHidden();
  for (const column of [sessions, conversation, inbox]) await expect(column).toBeInViewport();
});
