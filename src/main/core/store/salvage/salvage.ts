import { eventsIn, numbersIn, type SalvagedRow } from './event-cells.ts';
import { openPages } from './pages.ts';

/**
 * Every event that the files of a database still hold, whatever became of its order: page by page,
 * by the file format, also where SQLite refuses to open it.
 * @param onNumber told of the numbers of all events that there were, as far as anything tells of them
 */
export function* salvageEvents(
  file: string,
  log: string,
  onNumber: (seq: number, isLast: boolean) => void,
): Generator<SalvagedRow> {
  const pages = openPages(file, log);
  try {
    for (const page of pages.all()) {
      for (const { seq, isLast } of numbersIn(page)) onNumber(seq, isLast);
      for (const row of eventsIn(page, pages)) {
        onNumber(row.seq, false);
        yield row;
      }
    }
  } finally {
    pages.close();
  }
}
