import type { Campaign } from '../campaign.ts';
import { startRelayRun } from '../relay-run.ts';
import { layGenerated } from './generated.ts';

/** Whatever lies in the queue, the contract holds (DESIGN 2.2). */
export const input: Campaign = {
  name: 'input',
  about: 'whatever is laid into the queue is taken or rejected as the contract says',
  async run(orders) {
    await using relay = await startRelayRun({ config: 'autonomy: off\n' });
    const generated = await layGenerated(relay, orders);
    return {
      rows: [{ part: 'generated', ...generated.counts, peakMb: relay.peakMb() ?? 'unknown' }],
      failures: generated.failures,
    };
  },
};
