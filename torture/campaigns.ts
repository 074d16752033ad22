import { api } from './api/campaign.ts';
import type { Campaign } from './campaign.ts';
import { crash } from './crash/campaign.ts';
import { disk } from './disk/campaign.ts';
import { fuzz } from './fuzz/campaign.ts';
import { input } from './input/campaign.ts';
import { security } from './security/campaign.ts';
import { soak } from './soak/campaign.ts';

/** All there are, a folder each. */
export const campaigns: readonly Campaign[] = [crash, api, input, disk, soak, fuzz, security];
