import type { DispatchId, SessionId } from '#shared/ids.ts';
import type { Engine } from '../engine/engine.ts';
import { type DispatchState, isHeld } from '../engine/state.ts';
import { type AtPoint, noFault } from '../fault-point.ts';
import type { EventStore } from '../store/event-store.ts';
import type { DispatchFolder } from './dispatch-folder.ts';
import type { HandOvers } from './hand-over.ts';
import type { Mailbox } from './mailbox.ts';

export interface DispatcherOptions {
  engine: Engine;
  store: EventStore;
  mailbox: Mailbox;
  /** Absent: it is always the same. */
  folder?: DispatchFolder;
  holdAll: () => boolean;
  /** What is given to a session another way (resumer.ts). Absent: nothing ever is. */
  handOvers?: Pick<HandOvers, 'look'>;
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

/** What one look at all sessions has found. */
interface Round {
  /** Taken by their sessions. */
  claimed: DispatchId[];
  /** To be written, one a session at most. */
  due: DispatchState[];
}

export function createDispatcher({
  engine,
  store,
  mailbox,
  folder,
  holdAll,
  handOvers,
  atPoint = noFault,
}: DispatcherOptions): Dispatcher {
  /** Whose release may be committed and not have appeared: of any session, when a relay starts. */
  const mayBeStaged = new Set<SessionId>(engine.state.sessions.keys());
  /** Where a relay that was killed may have left something. */
  const toSweep = new Set<SessionId>(engine.state.sessions.keys());

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
    const round: Round = { claimed: [], due: [] };
    for (const [sessionId, dispatches] of bySession) {
      attempt(() => lookAt(sessionId, dispatches, round), faults);
    }
    carryOut(round, faults);
    releaseDue(faults);
    sweep(faults);
    if (faults.length > 0) throw faults[0];
  }

  /** What was withdrawn for good, or never committed: the next reply may be long in coming. */
  function sweep(faults: unknown[]): void {
    if (toSweep.size === 0) return;
    const open = new Set(engine.state.dispatches.keys());
    for (const sessionId of toSweep) {
      attempt(() => {
        mailbox.sweep(sessionId, open);
        toSweep.delete(sessionId);
      }, faults);
    }
  }

  /** The folder was removed with the replies that lay in it: they are staged again, and appear. */
  function putBack(into: DispatchFolder): void {
    for (const dispatch of engine.state.dispatches.values()) {
      const { id, sessionId, stage } = dispatch;
      if (stage !== 'written' || (handOvers && handOvers.look(dispatch) !== 'none')) continue;
      if (mailbox.isStaged(sessionId, id) || !mailbox.isFree(sessionId)) continue;
      mailbox.stage(sessionId, id, textOf(dispatch));
    }
    // Last, so that a crash before it begins anew.
    into.adopt();
  }

  /** Finishes what is written, and finds what can be written now. */
  function lookAt(sessionId: SessionId, dispatches: readonly DispatchState[], round: Round): void {
    let isBusy = false;
    for (const dispatch of dispatches) {
      if (dispatch.stage === 'written' && !finishWritten(dispatch, round)) isBusy = true;
    }
    if (isBusy || engine.state.paused || isHeld(engine.state, sessionId, holdAll())) return;
    const next = dispatches.find(
      ({ id, stage }) => stage === 'queued' && engine.state.dispatches.has(id),
    );
    if (next && mailbox.isFree(sessionId)) round.due.push(next);
  }

  /** @returns whether the box is done with it: claimed or taken back. */
  function finishWritten(dispatch: DispatchState, { claimed }: Round): boolean {
    const handed = handOvers?.look(dispatch) ?? 'none';
    if (handed !== 'none') return handed === 'over';
    const { id, sessionId, withdrawDue } = dispatch;
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
    claimed.push(id);
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

  /** In one transaction, so that replies which come together cost one fsync more and not one each.
   * For each of them the order stays: staged, committed, published. */
  function carryOut({ claimed, due }: Round, faults: unknown[]): void {
    const staged: DispatchState[] = [];
    for (const dispatch of due) {
      attempt(() => {
        mailbox.stage(dispatch.sessionId, dispatch.id, textOf(dispatch));
        staged.push(dispatch);
        atPoint('dispatch.staged');
      }, faults);
    }
    if (claimed.length + staged.length === 0) return;
    attempt(() => {
      engine.executeAll([
        ...claimed.map((dispatchId) => ({ kind: 'markClaimed', dispatchId }) as const),
        ...staged.map(({ id }) => ({ kind: 'markWritten', dispatchId: id }) as const),
      ]);
      if (staged.length > 0) atPoint('dispatch.committed');
      for (const { id, sessionId } of staged) attempt(() => publish(sessionId, id), faults);
    }, faults);
  }

  function publish(sessionId: SessionId, dispatchId: DispatchId): void {
    mailbox.publish(sessionId, dispatchId);
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
