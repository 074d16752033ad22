import { readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isSameProcess, processStart } from './liveness.ts';

/**
 * Whether a Stop hook of this session waits for a reply right now. False for the marker of a hook
 * that was killed. The session id must have passed the `SessionId` rule.
 */
export function isHookWaiting(home: string, sessionId: string): boolean {
  try {
    return isSameProcess(readFileSync(join(home, 'state', 'waiting', sessionId), 'utf8'));
  } catch {
    return false;
  }
}

/** A hook holds a claim for milliseconds; one older than this is abandoned, whoever has its number. */
const CLAIM_AGE_MS = 60_000;

/**
 * Puts back a reply that a hook had claimed and, being killed, never handed to its session:
 * `.claimed-<pid>` becomes `input.txt` again. True when it did. Does nothing while `input.txt` is
 * there (the next hook takes the abandoned one first by itself), or while the claim is in use.
 */
export function reclaimAbandoned(home: string, sessionId: string, nowMs = Date.now()): boolean {
  const folder = join(home, 'dispatch', sessionId);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return false;
  }
  if (names.includes('input.txt')) return false;
  const abandoned = names.find((name) => isAbandoned(folder, name, nowMs));
  if (abandoned === undefined) return false;
  renameSync(join(folder, abandoned), join(folder, 'input.txt'));
  return true;
}

function isAbandoned(folder: string, name: string, nowMs: number): boolean {
  const pid = /^\.claimed-(\d+)$/.exec(name)?.[1];
  if (pid === undefined) return false;
  if (processStart(Number(pid)) === undefined) return true;
  const claimedAtMs = statSync(join(folder, name), { throwIfNoEntry: false })?.ctimeMs ?? nowMs;
  return nowMs - claimedAtMs > CLAIM_AGE_MS;
}
