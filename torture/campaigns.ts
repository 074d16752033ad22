import type { Campaign } from './campaign.ts';

/** All there are, a folder each. */
export const campaigns: readonly Campaign[] = [];
