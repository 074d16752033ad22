import type { RelayEvent } from '#shared/events.ts';
import { type AtPoint, noFault } from '../fault-point.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Bus } from './bus.ts';
import type { Command } from './command.ts';
import type { Policy, Refusal } from './decide/decision.ts';
import { decide } from './decide/index.ts';
import { project } from './project/index.ts';
import { loadState, saveState } from './snapshot.ts';
import type { RelayState } from './state.ts';

export type Outcome = { ok: true; events: RelayEvent[] } | { ok: false; refusal: Refusal };

/**
 * The one place where things happen: command -> decision -> committed events -> state -> bus. All of
 * it synchronous, so that no two commands ever see the same state.
 */
export interface Engine {
  /** Owned by the engine: read it, never keep or change it. */
  readonly state: RelayState;
  /**
   * When it returns, the events are committed and have been published. They survive the death of
   * this process; that of the machine, too, but for a few commands (`onDiskSoon`).
   * @throws what SQLite throws when the commit fails; nothing has happened then.
   */
  execute(command: Command): Outcome;
  /** Several commands in one transaction (one fsync); one that is refused harms no other. */
  executeAll(commands: readonly Command[]): Outcome[];
  /** Has on disk what was left for the next commit to take along. */
  flush(): void;
  /** Settles when everything that was committed before is on disk. Rejects with the system's error. */
  onDisk(): Promise<void>;
  /**
   * Writes the snapshot that makes the next start quick.
   * @throws what SQLite throws.
   */
  saveSnapshot(): void;
}

export interface EngineOptions {
  store: EventStore;
  bus: Bus;
  policy: () => Policy;
  now?: () => number;
  chance?: () => number;
  atPoint?: AtPoint;
}

const eventsBetweenSnapshots = 5000;

/**
 * What needs no fsync of its own. If the power fails before the next one: an envelope is still in the
 * queue (the intake waits for `onDisk` before it removes it); a call that was not said to have started
 * is made again like any that was interrupted; a reply is found to be taken again.
 */
const onDiskSoon: ReadonlySet<Command['kind']> = new Set([
  'acceptEnvelope',
  'repeatEnvelope',
  'recordInstructions',
  'tellDrives',
  'startCall',
  'finishCall',
  'markClaimed',
]);
/** Of these, what has been paid for: `dispatch.written` follows at once and takes it along, or else
 * `flush` does. */
const onDiskByFlush: Command['kind'] = 'finishCall';

export function createEngine(options: EngineOptions): Engine {
  const { store, bus, policy, now = Date.now, chance = Math.random, atPoint = noFault } = options;
  let state = loadState(store);
  /** A commit failed and the store could not be read either: nothing is decided from this state. */
  let isStale = false;
  let savedSeq = state.seq;
  let isFlushDue = false;
  // A subscriber may execute commands of its own: those run after the events at hand are published.
  const unpublished: RelayEvent[][] = [];
  let isPublishing = false;

  function executeAll(commands: readonly Command[]): Outcome[] {
    if (isStale) reload();
    const committed: RelayEvent[] = [];
    let outcomes: Outcome[];
    const onDisk = commands.every(({ kind }) => onDiskSoon.has(kind)) ? 'soon' : 'now';
    try {
      outcomes = store.transaction(
        () => commands.map((command) => carryOut(command, committed)),
        onDisk,
      );
    } catch (error) {
      // The transaction is gone, so what was folded in meanwhile never happened.
      isStale = true;
      try {
        reload();
      } catch {
        // Then before the next command; it is the first error that says what is wrong.
      }
      throw error;
    }
    if (committed.length > 0) {
      isFlushDue =
        onDisk === 'soon' && (isFlushDue || commands.some(({ kind }) => kind === onDiskByFlush));
    }
    for (const { type } of committed) atPoint(`committed.${type}`);
    publish(committed);
    return outcomes;
  }

  function carryOut(command: Command, committed: RelayEvent[]): Outcome {
    const given = { now: now(), chance: chance(), policy: policy() };
    const decision = decide(state, command, given);
    if (!decision.ok) return decision;
    const events = store.append(decision.events);
    for (const event of events) project(state, event);
    committed.push(...events);
    return { ok: true, events };
  }

  function reload(): void {
    state = loadState(store);
    isStale = false;
  }

  function publish(events: RelayEvent[]): void {
    if (events.length === 0) return;
    unpublished.push(events);
    if (isPublishing) return;
    isPublishing = true;
    try {
      for (let next = unpublished.shift(); next; next = unpublished.shift()) bus.publish(next);
    } finally {
      isPublishing = false;
    }
    if (state.seq - savedSeq < eventsBetweenSnapshots) return;
    try {
      saveSnapshot();
    } catch {
      // The events are committed, which is what the caller was promised; the next one tries again.
    }
  }

  function saveSnapshot(): void {
    if (state.seq === savedSeq) return;
    atPoint('snapshot.writing');
    saveState(store, state);
    atPoint('snapshot.written');
    savedSeq = state.seq;
  }

  return {
    get state() {
      return state;
    },
    execute(command) {
      const [outcome] = executeAll([command]);
      if (!outcome) throw new Error('a command has exactly one outcome');
      return outcome;
    },
    executeAll,
    flush() {
      if (isFlushDue) store.flush();
      isFlushDue = false;
    },
    onDisk: () => store.onDisk(),
    saveSnapshot,
  };
}
