import { deepEqual } from 'fast-equals';
import type { Snapshot } from './relay-store.ts';

/**
 * A new snapshot whose parts are those of the last one where they say the same: what shows them is not
 * drawn again.
 */
export function withSharedParts(last: Snapshot, now: Snapshot): Snapshot {
  return {
    seq: now.seq,
    status: sharedOf(last.status, now.status),
    inbox: sharedList(last.inbox, now.inbox),
    sessions: sharedList(last.sessions, now.sessions),
    cost: sharedOf(last.cost, now.cost),
  };
}

const sharedOf = <T>(last: T, now: T): T => (deepEqual(last, now) ? last : now);

function sharedList<T extends { id: string }>(last: T[], now: T[]): T[] {
  const known = new Map(last.map((one) => [one.id, one]));
  const list = now.map((one) => {
    const before = known.get(one.id);
    return before === undefined ? one : sharedOf(before, one);
  });
  const isSame = list.length === last.length && list.every((one, index) => one === last[index]);
  return isSame ? last : list;
}
