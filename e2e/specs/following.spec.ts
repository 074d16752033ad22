import { words } from '../../src/renderer/words.ts';
import { expect, test } from '../support/interface.ts';
import { letter, partsOf } from '../support/parts.ts';

const exchanges = 40;
const long = 'A paragraph of a usual length, with `code` in it and a list:\n\n- one\n- two\n\n';

test('who is at the end stays there, however much comes in; who reads above is left alone', async ({
  openInterface,
}) => {
  let answers = 0;
  const { page, relay } = await openInterface({
    script: () => {
      answers += 1;
      return { text: `${long.repeat(1 + (answers % 3))}Answer ${answers}.` };
    },
  });
  const { log, row } = partsOf(page);
  relay.drop({ session_id: 'docs', content: 'The beginning.' });
  await relay.take('docs');
  await row('docs').click();
  const toEnd = page.getByRole('button', { name: words.conversation.toEnd });
  for (let n = 2; n <= exchanges; n += 1) {
    relay.drop({ session_id: 'docs', content: `${long.repeat(n % 4)}Round ${n}.` });
    await relay.take('docs');
  }
  await expect(letter(log, `Answer ${exchanges}.`)).toBeInViewport();
  await expect(toEnd).toHaveCount(0);

  await log.hover();
  await page.mouse.wheel(0, -1_500);
  await expect(toEnd).toBeVisible();
  const before = await log.evaluate((element) => element.scrollTop);
  relay.drop({ session_id: 'docs', content: 'One more.' });
  await relay.take('docs');
  await expect(toEnd).toHaveText(/\d/);
  expect(await log.evaluate((element) => element.scrollTop)).toBeCloseTo(before, -1);
  await toEnd.click();
  await expect(letter(log, `Answer ${exchanges + 1}.`)).toBeInViewport();
});
