import type { Chance } from './chance.ts';

/** How a campaign is run. */
export interface Orders {
  /** Repeats a run: what is chosen by chance is chosen from it. */
  seed: number;
  /** `short` is what `npm test` runs, under half a minute; `long` is the campaign. */
  size: 'short' | 'long';
  chance: Chance;
  /** One line about how far it is, for whoever watches. */
  say(line: string): void;
}

/** A line of the closing table: short columns of one shape for the whole campaign. */
export type Row = Record<string, string | number>;

/** What a campaign found. It held when `failures` is empty. */
export interface Findings {
  rows: readonly Row[];
  /** One sentence each: what was promised, and what was seen instead. */
  failures: readonly string[];
  /** One sentence each: what could not be tried here, and why. */
  leftOut?: readonly string[];
}

/** An attempt to break Relay from outside: `npm run torture -- <name>`. */
export interface Campaign {
  name: string;
  /** What it does and what must hold, in a line. */
  about: string;
  run(orders: Orders): Promise<Findings>;
}
