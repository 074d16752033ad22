import type { DispatchId } from '#shared/ids.ts';
import { findClaude } from '../claude-code/claude-program.ts';
import { resumeSession } from '../claude-code/resume.ts';
import type { Engine } from '../engine/engine.ts';
import type { DispatchState, SessionState } from '../engine/state.ts';
import type { Logger } from '../settings/logs.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Mailbox } from './mailbox.ts';

export interface ResumerOptions {
  engine: Engine;
  store: EventStore;
  mailbox: Mailbox;
  /** The owner allows it (`claudeCode.resume`). */
  isAllowed: () => boolean;
  env: NodeJS.ProcessEnv;
  log: Logger;
  now?: () => number;
}

/**
 * Starts sessions again that are not open anywhere and for which a word lies ready
 * (`claude -p --resume`), where the owner allows it. Off by default.
 */
export interface Resumer {
  run(): void;
  /** The word is being handed over right now, so that its file is gone does not say it was taken. */
  isHandingOver(dispatchId: DispatchId): boolean;
}

/** A hook that is about to end may still take it. */
const patienceMs = 3000;
const againAfterMs = 10 * 60_000;

export function createResumer(options: ResumerOptions): Resumer {
  const { engine, store, mailbox, isAllowed, env, log, now = Date.now } = options;
  const underWay = new Set<DispatchId>();
  const lastTryAt = new Map<DispatchId, number>();

  async function handOver(dispatch: DispatchState, session: SessionState): Promise<void> {
    const { id, sessionId, seq } = dispatch;
    const claudePath = findClaude(env);
    const event = store.event(seq);
    if (!claudePath || !session.cwd || event?.type !== 'dispatch.queued') return;
    // Out of the box first: the hooks of the session that starts would deliver it a second time.
    if (!mailbox.setAside(sessionId, id)) return;
    const { text } = event.payload;
    const lastClaudePid = session.claudePid ?? undefined;
    const resumed = await resumeSession({
      ...{ claudePath, sessionId, cwd: session.cwd, text, env },
      ...(lastClaudePid === undefined ? {} : { lastClaudePid }),
    });
    if (resumed.ok) {
      mailbox.discard(sessionId, id);
      engine.execute({ kind: 'markClaimed', dispatchId: id });
      return;
    }
    log.warn({ sessionId, why: resumed.problem.message }, 'a session could not be resumed');
    // Back as it was: staged and to be published, which the dispatcher does next.
  }

  return {
    isHandingOver: (dispatchId) => underWay.has(dispatchId),
    run() {
      if (!isAllowed() || engine.state.paused) return;
      for (const dispatch of engine.state.dispatches.values()) {
        const { id, sessionId, stage, writtenAt } = dispatch;
        if (stage !== 'written' || writtenAt === null || now() - writtenAt < patienceMs) continue;
        const session = engine.state.sessions.get(sessionId);
        if (session?.presence !== 'closed' || underWay.has(id)) continue;
        if (now() - (lastTryAt.get(id) ?? 0) < againAfterMs) continue;
        lastTryAt.set(id, now());
        underWay.add(id);
        void handOver(dispatch, session)
          .catch((error: unknown) => log.error({ error, sessionId }, 'resuming failed'))
          .finally(() => underWay.delete(id));
      }
    },
  };
}
