import { footprint } from './footprint.ts';
import { growth } from './growth.ts';
import type { Measurement } from './measurement.ts';
import { overhead } from './overhead.ts';
import { screen } from './screen.ts';
import { throughput } from './throughput.ts';
import { tokens } from './tokens.ts';
import { window } from './window.ts';

/** In the order in which they run and stand in the table. */
export const measurements: readonly Measurement[] = [
  overhead,
  throughput,
  growth,
  tokens,
  footprint,
  window,
  screen,
];
