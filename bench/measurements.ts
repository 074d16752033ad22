import { growth } from './growth.ts';
import type { Measurement } from './measurement.ts';
import { overhead } from './overhead.ts';

/** In the order in which they run and stand in the table. */
export const measurements: readonly Measurement[] = [overhead, growth];
