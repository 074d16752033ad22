import { words } from '../../src/renderer/words.ts';
import { expect, test } from '../support/interface.ts';
import { lastReply, longSession, needle, seedLongHistory } from '../support/long-history.ts';
import { letter, partsOf } from '../support/parts.ts';

const events = 100_000;
/** A person still calls it at once on the slowest machine that runs this. */
const atOnceMs = 2_000;
const openMs = 3_000;
const framesScrolled = 240;
/** Pixels a frame: 14,000 a second, a hard fling. */
const flingPx = 240;

test.describe('100,000 events', () => {
  test.slow();

  test('open at the end at once, scroll without a blank frame, and are searched as one types', async ({
    openInterface,
  }) => {
    const { page } = await openInterface({
      prepare: (home) => seedLongHistory(home, events),
      config:
        'budget:\n  perDayUsd: null\n  perSessionUsd: null\nguards:\n  exchangesWithoutOwner: null\n',
    });
    const { row, log, status } = partsOf(page);
    await expect(status).toContainText(words.status.running);

    await test.step('opens at the end', async () => {
      await row(longSession.id).click();
      await expect(letter(log, lastReply)).toBeInViewport();
      const startedMs = Date.now();
      await page.reload();
      await expect(letter(log, lastReply)).toBeInViewport();
      expect(Date.now() - startedMs).toBeLessThan(openMs);
    });

    await test.step('scrolls without a blank frame', async () => {
      const { blank, atTop, seen } = await log.evaluate(scrollUp, {
        frames: framesScrolled,
        stepPx: flingPx,
      });
      expect(seen, 'it went through many pages').toBeGreaterThan(100);
      expect(atTop, 'frames that waited for earlier events').toBeLessThan(framesScrolled / 10);
      expect(blank, 'frames that showed nothing where rows should be').toEqual([]);
    });

    await test.step('keeps few elements', async () => {
      expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(2_500);
    });
  });

  test('search answers as one types, and leads there', async ({ openInterface }) => {
    const { page } = await openInterface({ prepare: (home) => seedLongHistory(home, events) });
    const { log } = partsOf(page);
    await page.keyboard.press('/');
    const dialog = page.getByRole('dialog', { name: words.search.title });
    const field = dialog.getByRole('searchbox').or(dialog.getByRole('combobox')).first();
    await field.fill('submarine');
    const startedMs = Date.now();
    await expect(dialog.getByText(needle)).toBeVisible();
    expect(Date.now() - startedMs).toBeLessThan(atOnceMs);
    await field.press('Enter');
    await expect(letter(log, needle)).toBeInViewport({ timeout: 20_000 });
  });
});

/**
 * Scrolls up a step a frame, and looks each time at what is about to be painted: rows have to
 * cover the whole of the scrolled part.
 */
async function scrollUp(
  scroller: Element,
  { frames, stepPx }: { frames: number; stepPx: number },
): Promise<{ blank: number[]; atTop: number; seen: number }> {
  const blank: number[] = [];
  let atTop = 0;
  const seen = new Set<string>();
  for (let frame = 0; frame < frames; frame += 1) {
    await new Promise(requestAnimationFrame);
    scroller.scrollTop -= stepPx;
    const view = scroller.getBoundingClientRect();
    const rows = [...scroller.querySelectorAll('[data-index]')].map((row) => {
      seen.add(row.textContent?.slice(0, 60) ?? '');
      return row.getBoundingClientRect();
    });
    const top = Math.min(...rows.map((row) => row.top));
    const bottom = Math.max(...rows.map((row) => row.bottom));
    // At the very top there may be the line that earlier events are being read.
    const isAtTop = scroller.scrollTop < 60;
    if (isAtTop) atTop += 1;
    const isCovered = bottom >= view.bottom - 40 && (top <= view.top + 40 || isAtTop);
    if (!isCovered) blank.push(frame);
  }
  return { blank, atTop, seen: seen.size };
}
