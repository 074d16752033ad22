import { Script } from 'node:vm';

/** A thing that took longer than it may, however busy the machine was. */
export class TookTooLong extends Error {
  override name = 'TookTooLong';
}

/** Of this thread alone: what other programs do is not counted, but that they slow each other down. */
const mostCpuMs = 4_000;
/** Then it is ended; it may be waiting for itself for ever. */
const endedAfterMs = 120_000;

const key = '__relayFuzzWork';
const script = new Script(`globalThis.${key}()`);

/**
 * Runs synchronous work, and ends it where it does not end by itself: V8 stops whatever runs in this
 * thread, loops and regular expressions too.
 * @throws TookTooLong, or what the work throws
 */
export function inTime<T>(work: () => T): T {
  let result: { value: T } | undefined;
  Reflect.set(globalThis, key, () => {
    result = { value: work() };
  });
  const startedUs = process.threadCpuUsage();
  try {
    script.runInThisContext({ timeout: endedAfterMs });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === timedOut) {
      throw new TookTooLong(`was not done after ${endedAfterMs / 1000} s`);
    }
    throw error;
  }
  const { user, system } = process.threadCpuUsage(startedUs);
  const cpuMs = (user + system) / 1000;
  if (cpuMs > mostCpuMs) throw new TookTooLong(`took ${Math.round(cpuMs)} ms of the processor`);
  if (!result) throw new Error('the work did not run');
  return result.value;
}

const timedOut = 'ERR_SCRIPT_EXECUTION_TIMEOUT';
