import type { Campaign } from '../campaign.ts';
import { tryEdge } from './edge-matrix.ts';
import { tryModes } from './file-modes.ts';
import { tryKeys } from './keys.ts';

const parts = [tryEdge, tryModes, tryKeys];

/** Nobody gets in, and nothing gets out (DESIGN 3.3). */
export const security: Campaign = {
  name: 'security',
  about: 'strangers get nothing, files are the owner’s alone, and a key stays where it was put',
  async run(orders) {
    const rows = [];
    const failures = [];
    for (const part of parts) {
      const found = await part(orders);
      rows.push(...found.rows);
      failures.push(...found.failures);
    }
    return { rows, failures };
  },
};
