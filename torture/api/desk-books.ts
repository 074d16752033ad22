import path from 'node:path';
import { readBooks } from '../crash/books.ts';
import { digits } from '../crash/check-calls.ts';
import { errorsInLogs } from '../logged-errors.ts';
import type { Desk } from './desk.ts';

/** What must hold of a relay after all its cells; closes it. */
export async function checkDesk(desk: Desk): Promise<string[]> {
  const failures: string[] = [];
  const { relay } = desk;
  try {
    const { totalUsd } = await relay.call('cost.summary', {});
    const rows = await relay.call('cost.rows', {});
    const ofSessions = rows.reduce((sum, row) => sum + (row.session === '' ? 0 : row.usd), 0);
    if (Math.abs(ofSessions - totalUsd) > 1e-9) {
      failures.push(`The sessions cost ${digits(ofSessions)}, and all ${digits(totalUsd)}.`);
    }
    const called = () => desk.wire.calls.filter(({ asked }) => asked !== 'count').length;
    const calledBefore = called();
    await relay.end();
    if (called() > calledBefore) failures.push('A call was made when all was done.');
    const books = await readBooks(relay.home);
    const sides = desk.events.flatMap((event) =>
      event.type === 'replay.made' || event.type === 'side_call.failed' ? [event.payload] : [],
    );
    const usd = [...books.calls, ...sides].reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
    // Thousands of small numbers, added in another order.
    if (Math.abs(usd - totalUsd) > 1e-9) {
      failures.push(`The calls cost ${digits(usd)}, and ${digits(totalUsd)} is shown as spent.`);
    }
    failures.push(
      ...books.staleTables.map(
        (table) => `The read model ${table} is not what a rebuild makes of it.`,
      ),
      ...errorsInLogs(path.join(relay.home, 'logs')),
    );
  } catch (error) {
    failures.push(
      `The relay could not be looked at: ${error instanceof Error ? error.message : error}`,
    );
  }
  await desk.close();
  return failures;
}
