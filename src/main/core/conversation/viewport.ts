import type { SupervisorMessage } from '#core/supervisor/supervisor.ts';
import type { ConversationEntry, ConversationSummary } from './entry.ts';
import {
  addSizes,
  fits,
  fullness,
  type Size,
  scaleSize,
  sizeOf,
  subtractSizes,
} from './estimate.ts';
import {
  entriesRoom,
  type FittedPart,
  fitEntry,
  fitFrame,
  fitSummary,
  summaryRoom,
} from './fit.ts';
import { limitSize, type ViewportLimits } from './limits.ts';
import { frameEntry, frameLead, toMessages } from './render.ts';
import { fitEvenly, fitForTranscript, transcriptRoom } from './summary.ts';
import { findStarts, firstKept, sizesToEnd, type WindowStarts } from './window.ts';

export interface ViewportInput {
  /** In the order of their positions. Those that the summary covers may be there or not. */
  entries: readonly ConversationEntry[];
  /** The newest one, or null where nothing has been summarised yet. */
  summary: ConversationSummary | null;
  /** What shares the budget with the conversation: standing instructions, tools, notes. */
  systemText: string;
  limits: ViewportLimits;
  /** What was sent once fitted then: it is not moved because its words have been counted since. */
  wasSent?: boolean;
}

/** What a new summary has to take in, beside the one before it. Never empty. */
export interface SummaryRange {
  fromPosition: number;
  toPosition: number;
  entries: readonly ConversationEntry[];
}

export type ViewportPlan =
  | {
      kind: 'send';
      /** Roles alternate; first and last are the user's. */
      messages: SupervisorMessage[];
      /** As in `SupervisorRequest`: the message that begins with the summary, once it is complete. */
      pinnedMessage?: number;
      estimatedTokens: number;
      /** UTF-16 units of `systemText` and all messages. */
      characters: number;
      /** Lowest and highest `seq` in the window. */
      fromSeq: number;
      toSeq: number;
      /** The window will move before long: this can be summarised while the conversation goes on. */
      prepareSummary?: SummaryRange;
    }
  /** Too long: make this summary, then plan again. A long backlog takes several steps. */
  | ({ kind: 'summarise'; estimatedTokens: number; characters: number } & SummaryRange)
  /** No entry waits for an answer: there is none, or the last word is the supervisor's. */
  | { kind: 'nothing' };

/**
 * What the next call sends: the summary and everything after it, byte for byte what was sent before
 * with the new entries behind, until that is more than the limits allow. Then the window moves, by
 * way of a summary and in one large step.
 *
 * What is sent stays within the limits, with two exceptions: standing instructions that leave less
 * than a quarter of them, and dozens of entries between a tool call and its response.
 * Takes time linear in the entries after the summary.
 */
export function planViewport({
  entries,
  summary,
  systemText,
  limits,
  wasSent = false,
}: ViewportInput): ViewportPlan {
  const window = entriesAfter(entries, summary?.toPosition ?? 0);
  const first = window[0];
  if (first === undefined) return { kind: 'nothing' };

  const system = sizeOf(systemText);
  const room = entriesRoom(limits, system);
  const starts = findStarts(window);
  const pieces = fitWindow(window, starts, room, limits.keepShare);
  const head = summary === null ? leadOf(first, pieces) : [fitSummary(summary, limits)];
  const messages = toMessages([...head, ...pieces]);
  if (messages.at(-1)?.role !== 'user') return { kind: 'nothing' };

  const toEnd = sizesToEnd(pieces.map((piece) => piece.size));
  const size = [...head.map((piece) => piece.size), ...toEnd.slice(0, 1)].reduce(addSizes, system);
  const estimate = { estimatedTokens: size.tokens, characters: size.characters };
  const cut = cutOf(starts, toEnd, system, limits);
  if (cut > 0 && !wasSent && !fits(size, limitSize(limits))) {
    return { kind: 'summarise', ...estimate, ...rangeUpTo(cut, window, starts, limits) };
  }

  const kept = addSizes(toEnd[cut] ?? noSize, fixedSize(system, limits));
  return {
    kind: 'send',
    messages,
    ...(summary !== null && messages.length > 1 ? { pinnedMessage: 0 } : {}),
    ...estimate,
    fromSeq: window.reduce((least, { seq }) => Math.min(least, seq), first.seq),
    toSeq: window.reduce((most, { seq }) => Math.max(most, seq), first.seq),
    ...(cut > 0 && isWorthPreparing(size, kept, limits)
      ? { prepareSummary: rangeUpTo(cut, window, starts, limits) }
      : {}),
  };
}

const noSize: Size = { tokens: 0, characters: 0 };

/** Binary search, so that a caller who hands over the whole history pays nothing for it. */
function entriesAfter(
  entries: readonly ConversationEntry[],
  position: number,
): readonly ConversationEntry[] {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.position ?? 0) <= position) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? entries : entries.slice(low);
}

function fitWindow(
  window: readonly ConversationEntry[],
  starts: WindowStarts,
  room: Size,
  cutShare: number,
): FittedPart[] {
  const pieces = window.map((entry) => fitEntry(entry, frameEntry(entry), room, cutShare));
  const newestUnit = starts.units.at(-1) ?? 0;
  const newestSize = pieces
    .slice(newestUnit)
    .reduce((sum, { size }) => addSizes(sum, size), noSize);
  if (fits(newestSize, room)) return pieces;
  return [...pieces.slice(0, newestUnit), ...fitEvenly(window.slice(newestUnit), frameEntry, room)];
}

function leadOf(first: ConversationEntry, pieces: readonly FittedPart[]): FittedPart[] {
  if (pieces[0]?.role === 'user') return [];
  const lead = frameLead(first);
  return [
    fitFrame(lead, { tokens: Number.POSITIVE_INFINITY, characters: Number.POSITIVE_INFINITY }),
  ];
}

/** What a prompt takes beside its entries once the next summary is there. */
function fixedSize(system: Size, limits: ViewportLimits): Size {
  return addSizes(system, summaryRoom(limits));
}

/** Index of the first entry that stays when the window moves; 0: it cannot. */
function cutOf(
  starts: WindowStarts,
  toEnd: readonly Size[],
  system: Size,
  limits: ViewportLimits,
): number {
  const limit = limitSize(limits);
  const fixed = fixedSize(system, limits);
  return firstKept({
    starts,
    toEnd,
    room: subtractSizes(scaleSize(limit, limits.keepShare), fixed),
    turnsRoom: subtractSizes(scaleSize(limit, limits.summariseAheadShare), fixed),
    // The newest turn waits for its answer and is not one of those that are kept for reference.
    turns: limits.verbatimTurns + 1,
  });
}

/**
 * Near enough to the limit, and freeing enough: where the last turns are so long that they fill the
 * window, a summary for each new one would be a small step with a whole rewrite of the cache.
 */
function isWorthPreparing(size: Size, kept: Size, limits: ViewportLimits): boolean {
  const limit = limitSize(limits);
  const full = fullness(size, limit);
  const freed = full - fullness(kept, limit);
  return full >= limits.summariseAheadShare && freed >= 1 - limits.summariseAheadShare;
}

/** What comes before `cut`, or as much of its beginning as one request for a summary can show. */
function rangeUpTo(
  cut: number,
  window: readonly ConversationEntry[],
  starts: WindowStarts,
  limits: ViewportLimits,
): SummaryRange {
  const room = transcriptRoom(limits);
  let size = noSize;
  let end = 0;
  for (const unitEnd of [...starts.units.slice(1), window.length]) {
    if (unitEnd > cut) break;
    for (const entry of window.slice(end, unitEnd)) {
      size = addSizes(size, fitForTranscript(entry, limits).size);
    }
    if (end > 0 && !fits(size, room)) break;
    end = unitEnd;
  }
  const entries = window.slice(0, end);
  return {
    fromPosition: entries[0]?.position ?? 0,
    toPosition: entries.at(-1)?.position ?? 0,
    entries,
  };
}
