import { words } from '../../src/renderer/words.ts';
import { expect, test } from '../support/interface.ts';
import { partsOf } from '../support/parts.ts';

test('Space pauses and resumes; what comes in meanwhile waits', async ({ openInterface }) => {
  const { page, relay, supervisor } = await openInterface();
  relay.drop({ session_id: 'docs', content: 'First.' });
  await relay.take('docs');
  const { status, row } = partsOf(page);
  await expect(row('docs')).toBeVisible();
  const pause = status.getByRole('button', { name: words.status.pause });
  await expect(pause).toHaveAttribute('aria-pressed', 'false');

  await page.keyboard.press('Space');
  await expect(status).toContainText(words.status.paused);
  await expect(status.getByRole('button', { name: words.status.resume })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await expect
    .poll(async () => JSON.parse(await relay.cli('status', '--json')).state)
    .toBe('paused');
  const calls = supervisor.api.calls.length;
  relay.drop({ session_id: 'docs', content: 'Second, while paused.' });
  await expect(status).toContainText(words.status.queued(1));
  expect(supervisor.api.calls.length).toBe(calls);

  await page.keyboard.press('Space');
  await expect(status).toContainText(words.status.running);
  await relay.take('docs');
  expect(supervisor.api.calls.length).toBe(calls + 1);
});

test('Space in a text is a space', async ({ openInterface }) => {
  const { page, relay } = await openInterface();
  relay.drop({ session_id: 'docs', content: 'First.' });
  const { row, composer, status } = partsOf(page);
  await row('docs').click();
  await composer.fill('a');
  await composer.press('Space');
  await composer.press('b');
  await expect(composer).toHaveValue('a b');
  await expect(status).not.toContainText(words.status.paused);
  expect((await relay.call('status', {})).paused).toBe(false);
});

test('a pause from elsewhere is shown', async ({ openInterface }) => {
  const { page, relay } = await openInterface();
  await relay.cli('pause');
  await expect(partsOf(page).status).toContainText(words.status.paused);
  await relay.cli('resume');
  await expect(partsOf(page).status).toContainText(words.status.running);
});
