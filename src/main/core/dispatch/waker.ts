import type { SessionId } from '#shared/ids.ts';
import { isHookWaiting, reclaimAbandoned } from '../claude-code/waiting.ts';
import { WAKE_AGAIN_MS, wakeSession } from '../claude-code/wake.ts';
import type { Engine } from '../engine/engine.ts';

export interface WakerOptions {
  home: { root: string };
  engine: Engine;
  now?: () => number;
}

/** A session whose Stop hook waits takes its reply at once; only after this is it woken. */
const patienceMs = 1500;

/**
 * Wakes open, idle sessions for which a reply lies ready and no hook waits, by a file in the folder
 * that they watch (docs/claude-code.md); and puts back what a killed hook left in its hand.
 */
export function createWaker({ home, engine, now = Date.now }: WakerOptions): { run(): void } {
  const lastWakeAt = new Map<SessionId, number>();
  return {
    run() {
      for (const { sessionId, stage, writtenAt } of engine.state.dispatches.values()) {
        if (stage !== 'written' || writtenAt === null || now() - writtenAt < patienceMs) continue;
        reclaimAbandoned(home.root, sessionId, now());
        const session = engine.state.sessions.get(sessionId);
        if (session?.presence !== 'open' || session.busy) continue;
        if (now() - (lastWakeAt.get(sessionId) ?? 0) < WAKE_AGAIN_MS) continue;
        if (isHookWaiting(home.root, sessionId)) continue;
        lastWakeAt.set(sessionId, now());
        wakeSession(home.root, sessionId);
      }
    },
  };
}
