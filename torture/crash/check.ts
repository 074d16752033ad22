import { checkAnswers } from './check-answers.ts';
import { checkCosts, checkRepeats } from './check-calls.ts';
import type { Books, Evidence } from './evidence.ts';
import type { PriceList } from './price-list.ts';

/**
 * What must hold after any number of kills. Knows the files and the API's log; of the database, what
 * it says of calls and costs, and whether its read models follow from its events.
 */
export function check(evidence: Evidence, books: Books, prices: PriceList): string[] {
  return [
    ...checkAnswers(evidence),
    ...checkRepeats(evidence, books),
    ...checkCosts(evidence, books, prices),
    ...books.staleTables.map(
      (table) => `The read model ${table} is not what a rebuild makes of it.`,
    ),
  ];
}
