import type { DispatchId } from '#shared/ids.ts';
import { findClaude } from '../claude-code/claude-program.ts';
import { resumeSession } from '../claude-code/resume.ts';
import type { Engine } from '../engine/engine.ts';
import type { DispatchState, SessionState } from '../engine/state.ts';
import { type AtPoint, noFault } from '../fault-point.ts';
import type { Logger } from '../settings/logs.ts';
import type { EventStore } from '../store/event-store.ts';
import type { HandOvers } from './hand-over.ts';
import type { Mailbox } from './mailbox.ts';

export interface ResumerOptions {
  engine: Engine;
  store: EventStore;
  mailbox: Mailbox;
  handOvers: HandOvers;
  /** The owner allows it (`claudeCode.resume`). */
  isAllowed: () => boolean;
  env: NodeJS.ProcessEnv;
  log: Logger;
  now?: () => number;
  atPoint?: AtPoint;
}

/** A hook that is about to end may still take it. */
const patienceMs = 3000;
const againAfterMs = 10 * 60_000;

/**
 * Starts sessions again that are not open anywhere and for which a word lies ready
 * (`claude -p --resume`), where the owner allows it. Off by default.
 */
export function createResumer(options: ResumerOptions): { run(): void } {
  const { engine, store, mailbox, handOvers, isAllowed, env, log } = options;
  const { now = Date.now, atPoint = noFault } = options;
  const underWay = new Set<DispatchId>();
  const lastTryAt = new Map<DispatchId, number>();

  async function handOver(dispatch: DispatchState, session: SessionState): Promise<void> {
    const { id, sessionId, seq } = dispatch;
    const claudePath = findClaude(env);
    const event = store.event(seq);
    if (!claudePath || !session.cwd || event?.type !== 'dispatch.queued') return;
    // Out of the box first: the hooks of the session that starts would deliver it a second time.
    if (!mailbox.setAside(sessionId, id)) return;
    atPoint('resume.set-aside');
    const { text } = event.payload;
    const lastClaudePid = session.claudePid ?? undefined;
    const resumed = await resumeSession({
      ...{ claudePath, sessionId, cwd: session.cwd, text, env },
      ticket: mailbox.ticket(sessionId, id),
      onStart: () => atPoint('resume.started'),
      ...(lastClaudePid === undefined ? {} : { lastClaudePid }),
    });
    if (resumed.ok) {
      atPoint('resume.begun');
      mailbox.discard(sessionId, id);
      atPoint('resume.discarded');
      engine.execute({ kind: 'markClaimed', dispatchId: id });
      return;
    }
    log.warn({ sessionId, why: resumed.problem.message }, 'a session could not be resumed');
    const handed = mailbox.handedOver(sessionId, id);
    if (handed && resumed.problem.code === 'session-unknown') {
      mailbox.takeFrom(sessionId, id, handed);
    }
    // The dispatcher finds out what became of it; if nothing, it is published again.
  }

  return {
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
        handOvers.begin(id);
        void handOver(dispatch, session)
          .catch((error: unknown) => log.error({ error, sessionId }, 'resuming failed'))
          .finally(() => {
            underWay.delete(id);
            handOvers.end(id);
          });
      }
    },
  };
}
