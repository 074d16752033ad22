import type { RelayEvent } from '#shared/events.ts';
import type { CallKind, Cell } from './cells.ts';
import type { Desk } from './desk.ts';
import type { Promised } from './faults.ts';
import type { Asked } from './faulty-wire.ts';

/** One cell under way. */
export interface Play {
  desk: Desk;
  cell: Cell;
  /** The session that it is done to. */
  mark: string;
  /** Another one, which has nothing to do with it. */
  beside: string;
  /** How many events there were before. */
  from: number;
  /** Texts that came, by session. */
  taken: Map<string, string[]>;
  fail(sentence: string): void;
}

export const askedBy: Readonly<Record<CallKind, Asked>> = {
  ...{ reply: 'answer', tool: 'answer', 'after-tools': 'after-tools', escalate: 'answer' },
  ...{ finish: 'answer', summary: 'summary', replay: 'answer', count: 'count', probe: 'count' },
};

/** What Relay does of a summary that cannot be had: it waits where waiting helps, or does without. */
export function promisedOf({ kind, fault }: Cell): Promised | 'omitted' {
  const { promised } = fault;
  const isForItself = promised === 'decide' || promised === 'shrink' || promised === 'lengthen';
  return kind === 'summary' && isForItself ? 'omitted' : promised;
}

/** The failed calls of the kind that the fault was done to, also those that ended after their exchange. */
export function failedIn({ desk, mark, cell }: Play): RelayEvent<'call.failed'>[] {
  const isSummary = cell.kind === 'summary';
  const own = new Set(desk.of('exchange.opened', mark).map(({ exchangeId }) => exchangeId));
  return desk.events.flatMap((event) =>
    event.type === 'call.failed' &&
    own.has(event.exchangeId) &&
    (event.payload.purpose === 'summary') === isSummary
      ? [event]
      : [],
  );
}

/** Items that were opened since the cell began. */
export function openedIn({ desk, from }: Play): RelayEvent<'item.opened'>[] {
  return desk.events.slice(from).flatMap((event) => (event.type === 'item.opened' ? [event] : []));
}

/** Takes what came for a session, which must be the whole of something that the API said, once. */
export function takeWhole({ desk, taken, fail }: Play, mark: string): boolean {
  const text = desk.take(mark);
  if (text === undefined) return false;
  const before = taken.get(mark) ?? [];
  if (!desk.said(mark).includes(text)) fail(`${mark} got what was never said whole: ${text}`);
  if (before.includes(text)) fail(`${mark} got the same twice: ${text}`);
  taken.set(mark, [...before, text]);
  return true;
}

/** A sentence or more for the owner: no code, no jargon of the machine, nothing left empty. */
export function isClear(words: string): boolean {
  const isSentence = /^[\p{L}\p{N}].*[.!?]$/u.test(words) && !/[\p{Cc}\p{Cf}]/u.test(words);
  const isOfTheMachine = /undefined|null|NaN|\[object|Error:|sk-ant|\{"/.test(words);
  return isSentence && !isOfTheMachine && words.length >= 20 && words.length <= 600;
}

/** What an item must not say where nothing happens until its owner does something. */
export const promisesToGoOn = (words: string): boolean =>
  /makes the call again|goes on trying|waits and makes/.test(words);
