import type { Chance } from '../chance.ts';
import { answerFaults, faultAt } from './answer-faults.ts';
import type { NamedFault, Promised } from './faults.ts';
import { headFaults } from './head-faults.ts';
import type { Step } from './wire-events.ts';

/** What a call is for, which decides what follows when it fails. */
export const callKinds = [
  /** Text for the session. */
  'reply',
  /** It asks for a tool, after some words. */
  'tool',
  /** With what the tool brought, it replies. */
  'after-tools',
  'escalate',
  'finish',
  /** The conversation's window has to move. */
  'summary',
  /** A past exchange, run again beside the conversation. */
  'replay',
  /** Tokens are counted in the background. */
  'count',
  /** The test button in the settings, and `doctor`. */
  'probe',
] as const;
export type CallKind = (typeof callKinds)[number];

/** One fault, done to one kind of call at one step. */
export interface Cell {
  name: string;
  kind: CallKind;
  step: Step | 'connect' | 'head';
  fault: NamedFault;
  /** Done to so many calls; undefined: until the campaign has seen what it waits for. */
  most?: number;
}

const ofText: readonly Step[] = [
  ...([
    'message_start',
    'text start',
    'in text',
    'text end',
    'message_delta',
    'message_stop',
  ] as const),
];
const ofTool: readonly Step[] = [
  ...(['message_start', 'tool start', 'in tool input', 'tool end', 'message_delta'] as const),
  'message_stop',
];

const stepsOf: Readonly<Record<CallKind, readonly Step[]>> = {
  reply: ofText,
  tool: [...new Set([...ofText, ...ofTool])],
  'after-tools': ofText,
  escalate: ofTool,
  finish: ofTool,
  summary: ofText,
  replay: ofText,
  // Neither is a stream.
  count: [],
  probe: [],
};

/** Every fault at every step of every kind of call; of what happens before an answer, all of it to a
 * reply, and one of each sort to the others. */
export function allCells(): Cell[] {
  return callKinds.flatMap((kind) => {
    const isPlain = kind === 'reply';
    const heads = isPlain ? headFaults : headFaults.filter(isOneOfItsSort(kind));
    // Where nothing gets through, no summary is ever needed, and nothing is left to count.
    const isLater = kind === 'summary' || kind === 'count';
    const possible = heads.filter(({ family }) => !isLater || family !== 'connect');
    const early = possible.map((fault): Cell => {
      const step = fault.family === 'connect' ? 'connect' : 'head';
      return { name: `${kind}, ${fault.name}`, kind, step, fault };
    });
    const late = stepsOf[kind].flatMap((step) =>
      answerFaults
        .filter(({ steps, isHeavy }) => steps.includes(step) && (isPlain || !isHeavy))
        .map((named): Cell => {
          const fault = faultAt(named, step);
          return { name: `${kind}, ${step}: ${fault.name}`, kind, step, fault };
        }),
    );
    const cells = [...early, ...late];
    return isPlain ? [...cells, ...cells.filter(mayPass).map(onlyOnce)] : cells;
  });
}

/** The same, but the next call is left alone, so that all goes on without the owner. */
const mayPass = ({ fault }: Cell): boolean =>
  fault.promised === 'shrink' || fault.promised === 'lengthen';
const onlyOnce = (cell: Cell): Cell => ({ ...cell, name: `${cell.name}, once`, most: 1 });

function isOneOfItsSort(kind: CallKind): (fault: NamedFault) => boolean {
  const seen = new Set<string>();
  return ({ family, promised, codes, isHeavy, name }) => {
    if (isHeavy) return false;
    // Their own sort each: every connection and every odd header is cheap enough.
    const own = family === 'status' || family === 'retry-after' ? promised : name;
    const sort = `${family} ${own} ${kind === 'replay' ? '' : (codes?.[0] ?? '')}`;
    if (seen.has(sort)) return false;
    seen.add(sort);
    return true;
  };
}

/** What the short form does of it: each sort of fault, each step and each kind of call. */
export function fewCells(chance: Chance): Cell[] {
  const shuffled = allCells()
    .map((cell) => ({ cell, at: chance.fraction() }))
    .sort((a, b) => a.at - b.at)
    .map(({ cell }) => cell);
  const seen = new Set<string>();
  return shuffled.filter(({ kind, step, fault }) => {
    if (fault.isHeavy) return false;
    const { family, promised } = fault;
    const sorts = [`${kind} ${sortOf(promised)}`, step, `${family} ${promised}`];
    const isNew = sorts.some((sort) => !seen.has(sort));
    // What stands still takes its time.
    if (!isNew || (fault.isStall && seen.has('stall'))) return false;
    // Each needs a relay of its own.
    if (kind === 'count' && seen.has('count')) return false;
    seen.add(kind);
    for (const sort of sorts) seen.add(sort);
    if (fault.isStall) seen.add('stall');
    return true;
  });
}

const sortOf = (promised: Promised): string =>
  promised === 'shrink' || promised === 'lengthen' ? 'decide' : promised;
