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

/**
 * What grew. The second quarter is compared with the last, the first warms up: their medians, and of
 * times the best tenth, since whatever else the machine does only ever adds to them.
 * @param samples at least eight, evenly apart
 */
export function whatGrew(samples: readonly Sample[], size: 'short' | 'long'): string[] {
  const quarter = Math.floor(samples.length / 4);
  const early = samples.slice(quarter, 2 * quarter);
  const late = samples.slice(-quarter);
  const failures: string[] = [];
  for (const [name, [times, more]] of Object.entries(bounds)) {
    if (size === 'short' && !judgedInShort.has(name)) continue;
    // The table is made of keys of a sample.
    const of = (some: readonly Sample[]) =>
      percentile(
        some.map((sample) => sample[name as keyof typeof bounds]),
        timed.has(name) ? 0.1 : 0.5,
      );
    const [before, after] = [of(early), of(late)];
    if (after <= before * times + more) continue;
    failures.push(`${name} should stay as it is, and went from ${before} to ${after}.`);
  }
  return failures;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
