import { type FaultPoint, stepPoints } from '#core/fault-point.ts';
import type { Chance } from '../chance.ts';
import type { DieAt } from './doomed-relays.ts';
import type { Lean } from './load.ts';

/** Where one life is to end. */
export interface Aim {
  /** `api.asked`: the request has arrived, and nothing of the answer has been sent. */
  point: FaultPoint | 'any moment' | 'api.asked';
  /** The point is passed so often, the last one included. */
  times: number;
}

/** Commits after which something has to follow; those of one command are one place. */
const commits = [
  'committed.relay.started',
  'committed.call.interrupted',
  'committed.envelope.accepted',
  'committed.session.prompted',
  'committed.owner_input.taken',
  'committed.call.started',
  'committed.call.failed',
  'committed.verdict.given',
  'committed.tool_call',
  'committed.tool_response',
  'committed.summary.made',
  'committed.dispatch.written',
  'committed.dispatch.claimed',
  'committed.dispatch.withdrawn',
  'committed.session.release_queued',
  'committed.item.opened',
  'committed.item.settled',
  'committed.exchange.closed',
] as const satisfies readonly FaultPoint[];

export const aimedPoints: readonly Aim['point'][] = ['api.asked', ...stepPoints, ...commits];

/** Half a life's luck is not enough for these: the load has to lead to them. */
const leans: readonly (readonly [RegExp, Lean])[] = [
  [/^owner-input\.|owner_input\.taken|^committed\.item\./, 'escalate'],
  [/^tool\.|tool_call|tool_response/, 'tool'],
  [/^release\.|release_queued/, 'finish'],
  [/call\.failed/, 'fault'],
  [/taken-back|dispatch\.withdrawn/, 'type-over'],
  [/summary\.made/, 'long-words'],
];

/** What most of the load does during a life that is to end at `point`; undefined: a bit of all. */
export const leanOf = ({ point }: Aim): Lean | undefined =>
  leans.find(([points]) => points.test(point))?.[1];

/** Passed once in a life at most. */
const atStart = /^migration\.|relay\.started|call\.interrupted|^snapshot\./;

/** Half of all kills at any moment, the other half at each point in its turn; few, spread over all. */
export function chooseAims(count: number, chance: Chance): Aim[] {
  const aims: Aim[] = [];
  const stride = Math.max(1, aimedPoints.length / Math.floor(count / 2));
  for (let n = 0; n < count; n += 1) {
    const point = aimedPoints[Math.floor(Math.floor(n / 2) * stride) % aimedPoints.length];
    if (n % 2 === 0 || !point) aims.push({ point: 'any moment', times: 1 });
    else aims.push({ point, times: timesBefore(point, chance) });
  }
  return shuffled(aims, chance);
}

function timesBefore(point: Aim['point'], chance: Chance): number {
  const isRare = atStart.test(point) || leanOf({ point, times: 1 }) !== undefined;
  return isRare ? 1 : chance.whole(1, 4);
}

export function dieAtOf({ point, times }: Aim): DieAt | undefined {
  return point === 'any moment' || point === 'api.asked' ? undefined : { point, times };
}

/** What is only passed by a relay that is stopped in order. */
export const needsStop = ({ point }: Aim): boolean => point.startsWith('snapshot.');

function shuffled<T>(list: readonly T[], chance: Chance): T[] {
  return list
    .map((value) => ({ value, at: chance.fraction() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
