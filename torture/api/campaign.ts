import type { Campaign, Row } from '../campaign.ts';
import { allCells, type Cell, fewCells } from './cells.ts';
import { type Desk, openDesk } from './desk.ts';
import { checkDesk } from './desk-books.ts';
import { playCell } from './play-cell.ts';

/** Relays that are at it at the same time; each does one cell after the other. */
const desksAtOnce = 4;

export const api: Campaign = {
  name: 'api',
  about: 'every fault of the API at every step of every call: each keeps its promise',
  async run({ size, chance, say }) {
    const cells = size === 'short' ? fewCells(chance) : allCells();
    const failures: string[] = [];
    const rows = new Map<string, Row>();
    let done = 0;
    const work = async (next: Iterable<Cell>) => {
      let desk: Desk | undefined;
      for (const cell of next) {
        desk ??= await openDesk();
        const startedMs = performance.now();
        const found = await playCell(desk, cell, cells.indexOf(cell) + 1);
        count(rows, cell, found.length === 0);
        failures.push(...found);
        done += 1;
        const tookMs = Math.round(performance.now() - startedMs);
        if (found.length > 0) say(`BROKEN (${tookMs} ms) ${found.join(' | ')}`);
        if (done % 100 === 0) say(`${done} of ${cells.length} cells, ${failures.length} broken`);
        // What is left over from one must not be taken for the next one's.
        if (found.length > 0) {
          await desk.close();
          desk = undefined;
        }
      }
      if (!desk) return;
      failures.push(...(await checkDesk(desk)));
    };
    const light = cells.filter(({ fault }) => !fault.isHeavy).values();
    await Promise.all(Array.from({ length: desksAtOnce }, () => work(light)));
    // Alone: they take all the machine has.
    await work(cells.filter(({ fault }) => fault.isHeavy));
    return { rows: [...rows.values()], failures };
  },
};

/** A line for each sort of fault, a column for each kind of call: how many cells held. */
function count(rows: Map<string, Row>, { kind, fault }: Cell, isHeld: boolean): void {
  const { family, promised } = fault;
  const name = `${family}, ${promised}`;
  const row = rows.get(name) ?? { fault: family, promised, cells: 0, held: 0 };
  rows.set(name, row);
  row.cells = Number(row.cells) + 1;
  row.held = Number(row.held) + Number(isHeld);
  row[kind] = Number(row[kind] ?? 0) + 1;
}
