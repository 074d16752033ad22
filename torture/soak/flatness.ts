/** One look at the relay, after so many exchanges. */
export interface Sample {
  exchanges: number;
  heapMb: number;
  rssMb: number;
  handles: number;
  timers: number;
  watches: number;
  listeners: number;
  /** Of the processor an exchange, since the last sample. */
  cpuMs: number;
  /** From word to reply since the last sample, milliseconds: what the machine was busy with, too. */
  p50Ms: number;
  p99Ms: number;
  /** Programs that wanted a processor, on average of the last minute, for each there is. */
  load: number;
  /** Of the store, an event. */
  bytesPerEvent: number;
  logsMb: number;
}

/** How much the end may lie above the beginning: so many times, and so much. */
const bounds = {
  heapMb: [1.1, 6],
  rssMb: [1.15, 25],
  handles: [1, 6],
  timers: [1, 6],
  watches: [1, 4],
  listeners: [1, 0],
  cpuMs: [1.2, 1],
  p50Ms: [1.5, 5],
  bytesPerEvent: [1.1, 0],
} as const satisfies Partial<Record<keyof Sample, readonly [number, number]>>;

/** What depends on whatever else the machine does takes longer than the short form to tell. */
const judgedInShort: ReadonlySet<string> = new Set([
  ...['heapMb', 'handles', 'timers', 'watches', 'listeners', 'bytesPerEvent'],
]);

const timed: ReadonlySet<string> = new Set(['cpuMs', 'p50Ms']);
/** Of the samples that were taken while the machine was the soak's own, as far as one can tell: it
 * keeps two processors busy by itself. Others add to no processor time, but to every wait. */
const waited: ReadonlySet<string> = new Set(['p50Ms']);
const busyLoad = 2;

/**
 * What grew. The second quarter is compared with the last, the first warms up: their medians, and of
 * times the best tenth, since whatever else the machine does only ever adds to them.
 * What depends on a machine of one's own is not judged on one that others keep busy (`isBusy`).
 * @param samples at least eight, evenly apart
 */
export function whatGrew(samples: readonly Sample[], size: 'short' | 'long'): string[] {
  const [early, late] = quarters(samples);
  const failures: string[] = [];
  for (const [name, [times, more]] of Object.entries(bounds)) {
    if (size === 'short' && !judgedInShort.has(name)) continue;
    // The table is made of keys of a sample.
    const of = (some: readonly Sample[]) =>
      some.map((sample) => sample[name as keyof typeof bounds]);
    const isJudged = ({ load }: Sample) => !waited.has(name) || load <= busyLoad;
    const [first, last] = [early.filter(isJudged), late.filter(isJudged)];
    if (first.length === 0 || last.length === 0) continue;
    const share = timed.has(name) ? 0.1 : 0.5;
    const [before, after] = [percentile(of(first), share), percentile(of(last), share)];
    if (after <= before * times + more) continue;
    failures.push(`${name} should stay as it is, and went from ${before} to ${after}.`);
  }
  return failures;
}

/** Whether others kept the machine so busy that waits say nothing. */
export function isBusy(samples: readonly Sample[]): boolean {
  return quarters(samples).some((some) => some.every(({ load }) => load > busyLoad));
}

function quarters(samples: readonly Sample[]): [early: Sample[], late: Sample[]] {
  const quarter = Math.floor(samples.length / 4);
  return [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)];
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
