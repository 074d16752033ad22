import { type FaultPoint, stepPoints } from '#core/fault-point.ts';
import type { Chance } from '../chance.ts';
import type { DieAt } from './doomed-relays.ts';

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

/** Passed once in a life at most. */
const atStart = /^migration\.|relay\.started|call\.interrupted|^snapshot\./;

/** Half of all kills at any moment, the other half at each point in its turn. */
export function chooseAims(count: number, chance: Chance): Aim[] {
  const aims: Aim[] = [];
  for (let n = 0; n < count; n += 1) {
    const point = aimedPoints[Math.floor(n / 2) % aimedPoints.length];
    if (n % 2 === 0 || !point) aims.push({ point: 'any moment', times: 1 });
    else aims.push({ point, times: atStart.test(point) ? 1 : chance.whole(1, 4) });
  }
  return shuffled(aims, chance);
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
