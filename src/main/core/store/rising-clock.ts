/** The wall clock in nanoseconds, made finer by the monotonic one, never twice the same and never
 * earlier than what is stored already. */
export function risingNanoseconds(stored: bigint, clock: () => number): () => bigint {
  const offset = BigInt(clock()) * 1_000_000n - process.hrtime.bigint();
  let drift = offset;
  let last = stored;
  return () => {
    const monotonic = process.hrtime.bigint();
    const wall = BigInt(clock()) * 1_000_000n;
    // A clock that was set, or a machine that slept: follow the wall clock.
    const apart = wall - (monotonic + drift);
    if (apart > 50_000_000n || apart < -50_000_000n) drift = wall - monotonic;
    const now = monotonic + drift;
    last = now > last ? now : last + 1n;
    return last;
  };
}
