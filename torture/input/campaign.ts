import type { Campaign, Orders, Row } from '../campaign.ts';
import { type RelayRun, startRelayRun } from '../relay-run.ts';
import { layGenerated } from './generated.ts';
import { layLargeFiles } from './large-files.ts';
import { layManyFiles } from './many-files.ts';
import { layOddFiles } from './odd-files.ts';
import { layRestlessFiles } from './restless-files.ts';

type Part = (relay: RelayRun, orders: Orders) => Promise<{ failures: string[]; row: Row }>;

const parts: Record<string, Part> = {
  generated: layGenerated,
  odd: layOddFiles,
  restless: layRestlessFiles,
  many: layManyFiles,
  large: layLargeFiles,
};

/** Whatever lies in the queue, the contract holds (DESIGN 2.2). */
export const input: Campaign = {
  name: 'input',
  about: 'whatever is laid into the queue is taken or rejected as the contract says',
  async run(orders) {
    const rows: Row[] = [];
    const failures: string[] = [];
    // What is answered is another campaign's; here nothing is to stand between the files and the store.
    const config = 'autonomy: off\n';
    await using first = await startRelayRun({ config });
    for (const [index, [part, lay]] of Object.entries(parts).entries()) {
      // In the long form one each, so that each part's memory is its own.
      const isNew = orders.size === 'long' && index > 0;
      await using own = isNew ? await startRelayRun({ config }) : null;
      const relay = own ?? first;
      const startedMs = performance.now();
      const found = await lay(relay, orders);
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      const {
        files = '',
        accepted = '',
        repeated = '',
        rejected = '',
        left = '',
        ...more
      } = found.row;
      const peakMb = relay.peakMb() ?? '';
      rows.push({ part, files, accepted, repeated, rejected, left, peakMb, seconds, ...more });
      failures.push(...found.failures.map((failure) => `${part}: ${failure}`));
      orders.say(`${part}: ${found.failures.length} failures in ${seconds} s`);
    }
    return { rows, failures };
  },
};
