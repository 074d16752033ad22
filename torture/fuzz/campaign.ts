import type { Campaign } from '../campaign.ts';
import { fuzzHooks } from './hook-scripts.ts';
import { fuzzParsers } from './parsers.ts';
import { fuzzEdge } from './rpc-edge.ts';

/** Whatever comes in where Relay reads what others wrote. */
export const fuzz: Campaign = {
  name: 'fuzz',
  about:
    'whatever parsers, hook scripts and the RPC edge are given is answered, in time and harmlessly',
  async run(orders) {
    const parsers = fuzzParsers(orders);
    const hooks = await fuzzHooks(orders);
    const edge = await fuzzEdge(orders);
    return {
      rows: [...parsers.rows, hooks.row, ...edge.rows],
      failures: [...parsers.failures, ...hooks.failures, ...edge.failures],
    };
  },
};
