import type { EventStore } from '../store/event-store.ts';
import { project } from './project/index.ts';
import { emptyState, type RelayState } from './state.ts';

/** Raise it whenever `project` or the shape of the state changes: older snapshots are then ignored
 * and the state is folded from the events again. */
const snapshotVersion = 5;

/** The state as of the last event: from the snapshot, where there is a good one, and the rest. */
export function loadState(store: EventStore): RelayState {
  const text = store.readSnapshot(snapshotVersion);
  // Written by saveState of the same version, below.
  const state = text ? (parse(text) as RelayState) : emptyState();
  for (const event of store.all(state.seq)) project(state, event);
  return state;
}

export function saveState(store: EventStore, state: RelayState): void {
  store.writeSnapshot(snapshotVersion, state.seq, stringify(state));
}

const mapMark = '$map';

/** JSON, with Maps kept as lists of entries. */
export function stringify(state: RelayState): string {
  return JSON.stringify(state, (_key, value: unknown) =>
    value instanceof Map ? { [mapMark]: [...value] } : value,
  );
}

function parse(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && mapMark in value && Array.isArray(value[mapMark])
      ? new Map(value[mapMark])
      : value,
  );
}
