import { checkCosts } from './cell-books.ts';
import type { Cell } from './cells.ts';
import type { Desk } from './desk.ts';
import type { Play } from './play.ts';
import { playCount, playProbe, playReplay } from './play-beside.ts';
import { playExchange } from './play-exchange.ts';

/**
 * Does one thing to one call, and sees whether all that is promised of it holds.
 * @returns a sentence for each promise that did not
 */
export async function playCell(desk: Desk, cell: Cell, number: number): Promise<string[]> {
  const failures: string[] = [];
  const play: Play = {
    ...{ desk, cell, mark: `cell-${number}`, beside: `beside-${number}` },
    ...{ from: desk.events.length, taken: new Map() },
    fail: (sentence) => void failures.push(`${cell.name}: ${sentence}`),
  };
  desk.expect(play.mark, cell.kind);
  try {
    if (cell.kind === 'replay') await playReplay(play);
    else if (cell.kind === 'count') await playCount(play);
    else if (cell.kind === 'probe') await playProbe(play);
    else await playExchange(play);
  } catch (error) {
    play.fail(error instanceof Error ? error.message : String(error));
  }
  const marks = [play.mark, play.beside];
  const events = desk.events.slice(play.from);
  const calls = desk.wire.calls.filter(
    ({ mark, asked }) => marks.includes(mark) && asked !== 'count',
  );
  // What was run again beside the conversation is checked there: its events name no request.
  if (cell.kind === 'replay') return failures;
  const isSlow = cell.fault.isHeavy ?? false;
  for (const sentence of checkCosts(events, calls, isSlow)) play.fail(sentence);
  return failures;
}
