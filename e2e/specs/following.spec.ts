import { words } from '../../src/renderer/words.ts';
import { expect, test } from '../support/interface.ts';
import { lastReply, longSession, seedLongHistory } from '../support/long-history.ts';
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

test('no two frames leave the last words below the edge while an answer streams in', async ({
  openInterface,
}) => {
  const { page, relay } = await openInterface({
    prepare: (home) => seedLongHistory(home, 2_000),
    script: () => ({ text: `${long.repeat(4)}Go on.`, chunkChars: 30, chunkDelayMs: 15 }),
  });
  const { log, row } = partsOf(page);
  await row(longSession.id).click();
  await expect(letter(log, lastReply)).toBeInViewport();
  // Back into history and to the end again, as a person does.
  await log.hover();
  for (let turns = 0; turns < 8; turns += 1) await page.mouse.wheel(0, -800);
  const toEnd = page.getByRole('button', { name: words.conversation.toEnd });
  await toEnd.click();
  await expect(letter(log, lastReply)).toBeInViewport();
  await expect(toEnd).toHaveCount(0);

  const watched = await log.evaluateHandle(watchTheEnd);
  for (let n = 0; n < 5; n += 1) {
    relay.drop({ session_id: longSession.id, content: `Round ${n}.` });
    await relay.take(longSession.id);
  }
  await expect(letter(log, 'Round 4.')).toHaveCount(1);
  const { frames, below } = await watched.evaluate((seen) => seen);
  expect(frames).toBeGreaterThan(20);
  expect(below, 'pixels below the edge, two frames in a row').toEqual([]);
});

/** Notes how much of the end is out of sight in frame after frame. */
function watchTheEnd(log: Element): { frames: number; below: number[] } {
  const seen = { frames: 0, below: [] as number[] };
  let before = 0;
  const look = () => {
    const { port1, port2 } = new MessageChannel();
    // Heard only after the frame that is being made has been painted.
    port1.onmessage = () => {
      port1.close();
      seen.frames += 1;
      const now = log.scrollHeight - log.scrollTop - log.clientHeight;
      // What was put into the page since that frame has not been in any.
      if (now > 2 && before > 2) seen.below.push(now);
      before = now;
    };
    port2.postMessage(null);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  return seen;
}
