import type { DispatchId, SessionId } from '#shared/ids.ts';
import type { Engine } from '../engine/engine.ts';
import { type DispatchState, isHeld } from '../engine/state.ts';
import { type AtPoint, noFault } from '../fault-point.ts';
import type { EventStore } from '../store/event-store.ts';
import type { DispatchFolder } from './dispatch-folder.ts';
import type { Mailbox } from './mailbox.ts';

export interface DispatcherOptions {
  engine: Engine;
  store: EventStore;
  mailbox: Mailbox;
  /** Absent: it is always the same. */
  folder?: DispatchFolder;
  holdAll: () => boolean;
  /** It is being given to the session another way just now (resumer.ts). */
  isHandingOver?: (dispatchId: DispatchId) => boolean;
  atPoint?: AtPoint;
}

/**
 * Carries replies from the store to `input.txt` and notices that they were taken. It keeps nothing
 * itself: what is due follows from the state and the files, so it can be asked at any time, also
 * after a crash.
 */
export interface Dispatcher {
  /**
   * Does whatever is due for every session.
   * @throws the first fault of file system or store, after all others were served.
   */
  run(): void;
}

export function createDispatcher({
  engine,
  store,
  mailbox,
  folder,
  holdAll,
  isHandingOver = () => false,
  atPoint = noFault,
}: DispatcherOptions): Dispatcher {
  /** Whose release may be committed and not have appeared: of any session, when a relay starts. */
  const mayBeStaged = new Set<SessionId>(engine.state.sessions.keys());

  function run(): void {
    if (folder?.isOther()) putBack(folder);
    // A copy, since every step changes the state.
    const bySession = new Map<SessionId, DispatchState[]>();
    for (const dispatch of engine.state.dispatches.values()) {
      const others = bySession.get(dispatch.sessionId);
      if (others) others.push(dispatch);
      else bySession.set(dispatch.sessionId, [dispatch]);
    }
    const faults: unknown[] = [];
    for (const [sessionId, dispatches] of bySession) {
      attempt(() => runSession(sessionId, dispatches), faults);
    }
    releaseDue(faults);
    if (faults.length > 0) throw faults[0];
  }

  /** The folder was removed with the replies that lay in it: they are staged again, and appear. */
  function putBack(into: DispatchFolder): void {
    for (const dispatch of engine.state.dispatches.values()) {
      const { id, sessionId, stage } = dispatch;
      if (stage !== 'written' || isHandingOver(id)) continue;
      if (mailbox.isStaged(sessionId, id) || !mailbox.isFree(sessionId)) continue;
      mailbox.stage(sessionId, id, textOf(dispatch));
    }
    // Last, so that a crash before it begins anew.
    into.adopt();
  }

  function runSession(sessionId: SessionId, dispatches: readonly DispatchState[]): void {
    let isBusy = false;
    for (const dispatch of dispatches) {
      if (dispatch.stage === 'written' && !finishWritten(dispatch)) isBusy = true;
    }
    if (isBusy || engine.state.paused || isHeld(engine.state, sessionId, holdAll())) return;
    const next = dispatches.find(
      ({ id, stage }) => stage === 'queued' && engine.state.dispatches.has(id),
    );
    if (next && mailbox.isFree(sessionId)) write(next);
  }

  /** @returns whether the box is done with it: claimed or taken back. */
  function finishWritten({ id, sessionId, withdrawDue }: DispatchState): boolean {
    if (isHandingOver(id)) return false;
    if (mailbox.isStaged(sessionId, id)) {
      // Killed between commit and rename; or the box has something in it that is not ours.
      if (withdrawDue) {
        withdraw(sessionId, id);
        return true;
      }
      if (mailbox.isFree(sessionId)) mailbox.publish(sessionId, id);
      return false;
    }
    if (withdrawDue && mailbox.takeBack(sessionId, id)) {
      atPoint('dispatch.taken-back');
      withdraw(sessionId, id);
      return true;
    }
    if (!mailbox.isFree(sessionId)) return false;
    engine.execute({ kind: 'markClaimed', dispatchId: id });
    return true;
  }

  function withdraw(sessionId: SessionId, dispatchId: DispatchId): void {
    const reason = 'a person typed in the terminal';
    engine.execute({ kind: 'markWithdrawn', dispatchId, reason });
    mailbox.discard(sessionId, dispatchId);
  }

  function textOf({ seq }: DispatchState): string {
    const event = store.event(seq);
    if (event?.type !== 'dispatch.queued') throw new Error(`event ${seq} is no dispatch`);
    return event.payload.text;
  }

  function write(dispatch: DispatchState): void {
    const { id, sessionId } = dispatch;
    mailbox.stage(sessionId, id, textOf(dispatch));
    atPoint('dispatch.staged');
    engine.execute({ kind: 'markWritten', dispatchId: id });
    atPoint('dispatch.committed');
    mailbox.publish(sessionId, id);
    atPoint('dispatch.published');
  }

  /** As with replies: once it is committed, the staged file tells that it has still to appear. */
  function releaseDue(faults: unknown[]): void {
    if (engine.state.paused) return;
    for (const { id: sessionId, releaseDue: isDue } of [...engine.state.sessions.values()]) {
      if (!isDue && !mayBeStaged.has(sessionId)) continue;
      attempt(() => {
        if (isDue) {
          mailbox.stageRelease(sessionId);
          atPoint('release.staged');
          engine.execute({ kind: 'markReleased', sessionId });
          mayBeStaged.add(sessionId);
          atPoint('release.committed');
        }
        const hasAppeared = mailbox.publishRelease(sessionId);
        mayBeStaged.delete(sessionId);
        if (hasAppeared) atPoint('release.published');
      }, faults);
    }
  }

  return { run };
}

/** A folder that cannot be written keeps no other session waiting. */
function attempt(work: () => void, faults: unknown[]): void {
  try {
    work();
  } catch (error) {
    faults.push(error);
  }
}
