import type { Settings } from '#shared/settings.ts';
import type { SupervisorRequest } from '../supervisor/supervisor.ts';
import type { ViewportLimits } from './limits.ts';

/** The settings that a call depends on. */
export interface CallSettings {
  provider: Settings['supervisor']['provider'];
  model: string;
  summaryModel: string;
  maxTokens: number;
  effort: SupervisorRequest['effort'] | null;
  /** `auto`: see `cacheLife`. */
  cacheTtl: Settings['supervisor']['cacheTtl'];
  limits: ViewportLimits;
  holdAll: boolean;
  /** The supervisor's standing instructions. */
  instructions: string;
}
