import type { DispatchId, SessionId } from '#shared/ids.ts';
import { processStart } from '../claude-code/liveness.ts';
import { type PromptWatch, watchPrompt } from '../claude-code/transcript.ts';
import type { Engine } from '../engine/engine.ts';
import type { DispatchState } from '../engine/state.ts';
import type { EventStore } from '../store/event-store.ts';
import type { HandedOver, Mailbox } from './mailbox.ts';

export interface HandOversOptions {
  engine: Engine;
  store: EventStore;
  mailbox: Mailbox;
  /** Where a session writes down what it was told; undefined where it has not said. */
  transcriptOf: (sessionId: SessionId) => string | undefined;
  now?: () => number;
}

/**
 * Words on their way to sessions that are started for them. From the moment on that `claude` takes
 * the ticket (resume.ts) a word is not given a second time, unless it is known that it did not
 * arrive: the session's transcript tells, also after a crash of the relay.
 */
export interface HandOvers {
  /** A word is being handed over by this very relay, which finds out by itself until `end`. */
  begin(dispatchId: DispatchId): void;
  end(dispatchId: DispatchId): void;
  /**
   * `none`: it is where every other word would be. `open`: not known yet. `over`: it is known, and
   * committed.
   * @throws the fault of file system or store
   */
  look(dispatch: DispatchState): 'none' | 'open' | 'over';
}

/** Claude Code writes the prompt down about a second after it began. */
const patienceMs = 10 * 60_000;

export function createHandOvers(options: HandOversOptions): HandOvers {
  const { engine, store, mailbox, transcriptOf, now = Date.now } = options;
  const underWay = new Set<DispatchId>();
  const watches = new Map<DispatchId, PromptWatch>();

  function textOf({ seq }: DispatchState): string {
    const event = store.event(seq);
    if (event?.type !== 'dispatch.queued') throw new Error(`event ${seq} is no dispatch`);
    return event.payload.text;
  }

  function hasArrived(dispatch: DispatchState): boolean | undefined {
    const { id, sessionId, writtenAt } = dispatch;
    const known = watches.get(id);
    if (known) return known.hasArrived();
    const file = transcriptOf(sessionId);
    if (file === undefined) return undefined;
    const watch = watchPrompt(file, { text: textOf(dispatch), since: writtenAt ?? 0 });
    watches.set(id, watch);
    return watch.hasArrived();
  }

  function find(dispatch: DispatchState, handed: HandedOver): 'none' | 'open' | 'over' {
    const { id, sessionId } = dispatch;
    // In this order, so that what it wrote at its very end is seen.
    const isThere = processStart(handed.pid) !== undefined;
    const arrived = hasArrived(dispatch);
    if (!arrived && isThere && now() - handed.at < patienceMs) return 'open';
    watches.delete(id);
    if (arrived === false && !isThere) {
      mailbox.takeFrom(sessionId, id, handed);
      return 'none';
    }
    if (arrived) engine.execute({ kind: 'markClaimed', dispatchId: id });
    else engine.execute({ kind: 'doubtHandOver', dispatchId: id, text: textOf(dispatch) });
    mailbox.discard(sessionId, id);
    return 'over';
  }

  return {
    begin: (dispatchId) => void underWay.add(dispatchId),
    end: (dispatchId) => void underWay.delete(dispatchId),
    look(dispatch) {
      const { id, sessionId } = dispatch;
      if (underWay.has(id)) return 'open';
      const handed = mailbox.handedOver(sessionId, id);
      return handed === undefined ? 'none' : find(dispatch, handed);
    },
  };
}
