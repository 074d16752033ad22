/** A line of the closing table. A value that there is nothing of is null. */
export interface Row {
  /** What was measured, in a few words. */
  what: string;
  unit: string;
  relay: number;
  /** What it is measured against: the floor, another way to do it, a smaller history. */
  against: { name: string; value: number } | null;
  /** What counts: relay / against where less is better, against / relay where more is. */
  ratio: number | null;
  /** In words, and whether this run met it; null: a figure to know. */
  aim: { is: string; isMet: boolean } | null;
}

/** Sizes that can be set for a run: how many exchanges, events and the like. */
export type Sizes = Readonly<Record<string, number>>;

export interface Run {
  /** The sizes of this run: the measurement's own, or what was asked for. */
  size: (name: string) => number;
  /** One line about how far it is. */
  say: (line: string) => void;
}

export interface Result {
  rows: Row[];
  /** Kept beside the rows in bench/results.json, for whoever wants to look closer. */
  samples?: unknown;
}

/** One part of the bench: `npm run bench -- <name> [size=number ...]`. */
export interface Measurement {
  name: string;
  /** What it measures, in a line. */
  about: string;
  /** Defaults; all parts together take some six minutes with them. */
  sizes: Sizes;
  run(run: Run): Promise<Result>;
}

/** A row whose ratio is relay / against and should be at most `aim`. */
export function ratioRow(
  what: string,
  unit: string,
  relay: number,
  against: { name: string; value: number },
  aim?: number,
): Row {
  const ratio = relay / against.value;
  return {
    ...{ what, unit, relay, against, ratio },
    aim: aim === undefined ? null : { is: `<= ${aim}x`, isMet: ratio <= aim },
  };
}

/** A row with a figure that should be at most `aim`. */
export function figureRow(what: string, unit: string, relay: number, aim?: number): Row {
  return {
    ...{ what, unit, relay, against: null, ratio: null },
    aim: aim === undefined ? null : { is: `<= ${aim} ${unit}`, isMet: relay <= aim },
  };
}
