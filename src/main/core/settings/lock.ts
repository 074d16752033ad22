import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { processStart } from '../claude-code/liveness.ts';
import type { Home } from './home.ts';
import { createFile, replaceFile, systemCode } from './whole-file.ts';

/** The relay that serves a home. */
export interface LockHolder {
  pid: number;
  /** `desktop` or `headless`. */
  host: string;
  /** Epoch milliseconds. */
  since: number;
}

export type LockResult = { ok: true; release(): void } | { ok: false; holder: LockHolder };

const Holder = z.object({
  pid: z.number().int().positive(),
  /** What tells the process from a later one with the same number. */
  start: z.string(),
  host: z.string(),
  since: z.number(),
  released: z.boolean(),
});
type Holder = z.infer<typeof Holder>;

/** So many old generations stay, for a starter that was slow to read the folder. */
const generationsKept = 3;

/**
 * Makes this process the one relay of a home, or says who is. A relay that was killed holds nothing,
 * even where its pid belongs to another process by now.
 *
 * The lock is `state/lock.<n>`, of which the highest counts. Whoever finds the highest dead or
 * released makes the next by an exclusive link, which succeeds for one starter only; the highest is
 * never deleted, so that numbers only rise and nobody can remove a lock that was taken meanwhile.
 * @throws the system's error where `state/` cannot be written.
 */
export function acquireLock(home: Home, { host }: { host: string }): LockResult {
  const start = processStart(process.pid);
  if (start === undefined) throw new Error('The start of this process cannot be read.');
  const mine: Holder = { pid: process.pid, start, host, since: Date.now(), released: false };
  for (;;) {
    const latest = latestGeneration(home);
    const holder = readHolder(home, latest);
    if (holder !== undefined) return { ok: false, holder };
    const generation = latest + 1;
    if (!createFile(lockPath(home, generation), JSON.stringify(mine), 0o600)) continue;
    // A slow starter may have made a number that was used and cleared away in the meantime.
    if (latestGeneration(home) !== generation) {
      rmSync(lockPath(home, generation), { force: true });
      continue;
    }
    clearBefore(home, generation);
    return { ok: true, release: () => release(home, generation, mine) };
  }
}

/** Who serves this home now, or undefined. */
export function lockHolder(home: Home): LockHolder | undefined {
  return readHolder(home, latestGeneration(home));
}

function lockPath(home: Home, generation: number): string {
  return `${home.lock}.${generation}`;
}

/** Every number there is, the highest last; 0 stands for none. */
function generations(home: Home): number[] {
  const numbers = readdirSync(home.state).flatMap((name) => {
    const number = /^lock\.(\d+)$/.exec(name)?.[1];
    return number === undefined ? [] : Number(number);
  });
  return [0, ...numbers.sort((a, b) => a - b)];
}

function latestGeneration(home: Home): number {
  return generations(home).at(-1) ?? 0;
}

function readHolder(home: Home, generation: number): LockHolder | undefined {
  const record = readRecord(lockPath(home, generation));
  if (record === undefined || record.released) return undefined;
  if (processStart(record.pid) !== record.start) return undefined;
  const { pid, host, since } = record;
  return { pid, host, since };
}

/** A lock appears whole, so one that cannot be read is damaged and held by nobody. */
function readRecord(path: string): Holder | undefined {
  try {
    return Holder.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function clearBefore(home: Home, generation: number): void {
  for (const old of generations(home)) {
    if (old > 0 && old <= generation - generationsKept)
      rmSync(lockPath(home, old), { force: true });
  }
}

/** Says that nobody holds it, rather than deleting it. Twice does no harm. */
function release(home: Home, generation: number, record: Holder): void {
  const path = lockPath(home, generation);
  // A home that was removed under a running relay needs no release.
  if (readRecord(path) === undefined) return;
  replaceFile(path, JSON.stringify({ ...record, released: true }), 0o600);
}
