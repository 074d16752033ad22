import { words } from '../../src/renderer/words.ts';
import { expect, test } from '../support/interface.ts';
import { letter, partsOf } from '../support/parts.ts';

const outageMs = 20_000;

test('a killed relay is shown, and healed without a reload, a gap or a double', async ({
  openInterface,
}) => {
  const { page, relay, supervisor } = await openInterface();
  const { row, log, lost, status } = partsOf(page);
  const said: string[] = [];
  const exchange = async (number: number) => {
    const [word, reply] = [`Word number ${number}.`, `Reply number ${number}.`];
    supervisor.willSay({ text: reply });
    relay.drop({ session_id: 'docs', content: word });
    expect(await relay.take('docs')).toBe(reply);
    said.push(word, reply);
  };
  await exchange(1);
  await row('docs').click();
  await exchange(2);
  await expect(letter(log, 'Reply number 2.')).toBeVisible();
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));

  for (const round of [1, 2]) {
    await relay.kill();
    await expect(lost).toBeVisible();
    await expect(status.getByRole('button', { name: words.status.pause })).toBeDisabled();
    // What was there stays to be read, and what comes meanwhile is not lost.
    await expect(letter(log, 'Reply number 2.')).toBeVisible();
    supervisor.willSay({ text: `Reply after outage ${round}.` });
    relay.drop({ session_id: 'docs', content: `Word during outage ${round}.` });
    await relay.start();
    await expect(lost).toHaveCount(0, { timeout: outageMs });
    expect(await relay.take('docs')).toBe(`Reply after outage ${round}.`);
    said.push(`Word during outage ${round}.`, `Reply after outage ${round}.`);
    await exchange(10 + round);
    await expect(letter(log, `Reply number ${10 + round}.`)).toBeVisible();
  }

  await expect
    .poll(async () =>
      (await log.getByRole('article').locator('.markdown').allTextContents()).map((text) =>
        text.trim(),
      ),
    )
    .toEqual(said);
  expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true);
});

test('an answer cut off by a kill is made again and stands there once', async ({
  openInterface,
}) => {
  const { page, relay, supervisor } = await openInterface();
  const { row, log, lost } = partsOf(page);
  const text = 'First look at the lock, then at the timeout; then run it 500 times.';
  supervisor.willHold({ text }, 24);
  relay.drop({ session_id: 'docs', content: 'It hangs now and then.' });
  await row('docs').click();
  await expect(letter(log, 'First look at the lock')).toBeVisible();
  await expect(letter(log, '500 times')).toHaveCount(0);

  await relay.kill();
  await expect(lost).toBeVisible();
  supervisor.willSay({ text });
  await relay.start();
  expect(await relay.take('docs')).toBe(text);
  await expect(letter(log, '500 times')).toHaveCount(1, { timeout: outageMs });
  await expect(letter(log, 'First look at the lock')).toHaveCount(1);
  await expect(log).toContainText('claimed');
});

test('the address of a stopped relay does not open; a restarted one knows the browser', async ({
  openInterface,
}) => {
  const { page, relay } = await openInterface();
  await expect(partsOf(page).status).toContainText(words.status.running);
  await relay.kill();
  await relay.start();
  await page.reload();
  await expect(partsOf(page).status).toContainText(words.status.running);
});
