import type { ConversationEntry } from './entry.ts';
import { addSizes, fits, type Size } from './estimate.ts';

/** Where a window over some entries may begin, as rising indexes; 0 is always the first. */
export interface WindowStarts {
  /** Anywhere but between a tool call and its response. */
  units: number[];
  /** Those of `units` at which the supervisor is spoken to anew. */
  turns: number[];
}

/** Linear in the entries. */
export function findStarts(entries: readonly ConversationEntry[]): WindowStarts {
  const pairDepthChange = new Int32Array(entries.length + 2);
  const callIndexes = new Map<string, number>();
  for (const [index, entry] of entries.entries()) {
    if (entry.toolUseId === null) continue;
    if (entry.type === 'tool_call') callIndexes.set(entry.toolUseId, index);
    const callIndex = callIndexes.get(entry.toolUseId);
    if (entry.type !== 'tool_response' || callIndex === undefined) continue;
    addTo(pairDepthChange, callIndex + 1, 1);
    addTo(pairDepthChange, index + 1, -1);
  }

  const starts: WindowStarts = { units: [], turns: [] };
  let pairDepth = 0;
  for (const [index, entry] of entries.entries()) {
    pairDepth += pairDepthChange[index] ?? 0;
    if (pairDepth > 0) continue;
    starts.units.push(index);
    const isTurnStart =
      entry.type === 'user_message' && entries[index - 1]?.type !== 'user_message';
    if (index === 0 || isTurnStart) starts.turns.push(index);
  }
  return starts;
}

function addTo(counts: Int32Array, index: number, change: number): void {
  counts[index] = (counts[index] ?? 0) + change;
}

/** Size of everything from each index to the end; one longer than the sizes, ending with nothing. */
export function sizesToEnd(sizes: readonly Size[]): Size[] {
  const sums: Size[] = [{ tokens: 0, characters: 0 }];
  for (const size of sizes.toReversed()) {
    sums.push(addSizes(size, sums.at(-1) ?? { tokens: 0, characters: 0 }));
  }
  return sums.reverse();
}

interface KeepRule {
  starts: WindowStarts;
  /** As `sizesToEnd` gives them. */
  toEnd: readonly Size[];
  /** What is kept in general. */
  room: Size;
  /** What the turns that should stay word for word may take, where they need more. */
  turnsRoom: Size;
  /** How many turns those are. */
  turns: number;
}

/**
 * Index of the first entry to keep: whole turns as many as fit the room, and the last few turns even
 * where they need more; parts of a turn only where no whole turn fits; at least the newest unit.
 */
export function firstKept({ starts, toEnd, room, turnsRoom, turns }: KeepRule): number {
  const byRoom = earliestFitting(starts.turns, toEnd, room);
  const byTurns = earliestFitting(starts.turns.slice(-turns), toEnd, turnsRoom);
  if (byRoom !== undefined || byTurns !== undefined) {
    return Math.min(byRoom ?? Number.POSITIVE_INFINITY, byTurns ?? Number.POSITIVE_INFINITY);
  }
  return earliestFitting(starts.units, toEnd, room) ?? starts.units.at(-1) ?? 0;
}

function earliestFitting(
  starts: readonly number[],
  toEnd: readonly Size[],
  room: Size,
): number | undefined {
  return starts.find((start) => {
    const size = toEnd[start];
    return size !== undefined && fits(size, room);
  });
}
