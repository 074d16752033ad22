import type { Campaign } from '../campaign.ts';
import { tryEdge } from './edge-matrix.ts';
import { tryModes } from './file-modes.ts';
import { tryKeys } from './keys.ts';
import { tryTerminal } from './terminal.ts';
import { tryWindow } from './window.ts';

const parts = [tryEdge, tryModes, tryKeys, tryTerminal, tryWindow];

/** Nobody gets in, and nothing gets out (DESIGN 3.3). */
export const security: Campaign = {
  name: 'security',
  about:
    'strangers get nothing, files are the owner’s alone, keys stay where they were put, and nothing said runs',
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
