import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SessionId } from '#shared/ids.ts';
import { isHookWaiting } from '../claude-code/waiting.ts';
import type { Engine } from '../engine/engine.ts';

export interface WakeOptions {
  home: { root: string; state: string };
  engine: Engine;
  now?: () => number;
}

/** A session whose Stop hook waits takes its reply at once; only after this is it woken. */
const patienceMs = 1500;
const againAfterMs = 30_000;

/**
 * Wakes open, idle sessions for which a reply lies ready and no hook waits, by a file in the folder
 * that they watch (docs/claude-code.md).
 */
export function createWaker({ home, engine, now = Date.now }: WakeOptions): { run(): void } {
  const lastWake = new Map<SessionId, number>();
  let count = 0;
  return {
    run() {
      for (const { sessionId, stage, writtenAt } of engine.state.dispatches.values()) {
        if (stage !== 'written' || writtenAt === null || now() - writtenAt < patienceMs) continue;
        const session = engine.state.sessions.get(sessionId);
        if (session?.presence !== 'open') continue;
        if (now() - (lastWake.get(sessionId) ?? 0) < againAfterMs) continue;
        if (isHookWaiting(home.root, sessionId)) continue;
        lastWake.set(sessionId, now());
        count += 1;
        const folder = path.join(home.state, 'wake', sessionId);
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(path.join(folder, `wake-${now()}-${count}`), '', { mode: 0o600 });
      }
    },
  };
}
