import fc from 'fast-check';
import type { FaultRemedy } from '#shared/fault.ts';
import type { Verdict } from '#shared/verdict.ts';
import type { EnvelopeWord } from '../command.ts';

export const sessionIds = ['s1', 's2', 's3'];
const anySession = fc.constantFrom(...sessionIds);
/** Which of what there is, counted round. */
const which = fc.nat({ max: 7 });

export const words: readonly EnvelopeWord[] = [
  { kind: 'prompted', text: 'A person types.' },
  { kind: 'opened', source: 'startup' },
  { kind: 'closed', reason: 'other' },
  { kind: 'failed', error: 'rate_limit', message: 'm' },
  { kind: 'backgrounded', text: 'b', tasks: 1 },
  { kind: 'notified', what: 'idle_prompt', message: 'm' },
];
export const verdicts: readonly Verdict[] = [
  { kind: 'reply', text: 'Go on.' },
  { kind: 'reply', text: '@s1: Go on.' },
  { kind: 'escalate', question: 'Q?', proposal: 'P', reasoning: '' },
  { kind: 'finish', reason: 'done' },
];
export const remedies: readonly FaultRemedy[] = ['wait', 'person', 'shrink', 'lengthen', 'decide'];

export type Step = { do: string; id?: string; n?: number; m?: number };

const one = (weight: number, what: string, more: { id?: true; n?: true; m?: true } = {}) => ({
  weight,
  arbitrary: fc.record({
    do: fc.constant(what),
    ...(more.id ? { id: anySession } : {}),
    ...(more.n ? { n: which } : {}),
    ...(more.m ? { m: which } : {}),
  }) as fc.Arbitrary<Step>,
});

/** Everything that can happen. */
export const step = fc.oneof(
  one(6, 'say', { id: true, n: true }),
  one(2, 'hook', { id: true, n: true }),
  one(6, 'call', { n: true }),
  one(1, 'summary', { n: true }),
  one(6, 'answer', { n: true, m: true }),
  one(4, 'use', { n: true, m: true }),
  one(6, 'tools', { n: true, m: true }),
  one(2, 'fail', { n: true, m: true }),
  one(8, 'dispatch'),
  one(5, 'take', { n: true }),
  one(5, 'settle', { n: true, m: true }),
  one(2, 'direct', { id: true }),
  one(1, 'owner'),
  one(1, 'set', { id: true, n: true }),
  one(1, 'policy', { id: true, n: true, m: true }),
  one(2, 'ask', { id: true, n: true, m: true }),
  one(2, 'remember', { id: true, n: true, m: true }),
  one(2, 'score', { n: true, m: true }),
  one(1, 'relay', { n: true }),
  one(1, 'restart', { n: true }),
  one(1, 'time', { n: true }),
);

/**
 * The same with its weight on what the supervisor does by itself and what the owner says to it: most
 * steps bring an exchange on (`go`), whatever it waits for.
 */
export const handStep = fc.oneof(
  one(3, 'say', { id: true, n: true }),
  one(1, 'hook', { id: true, n: true }),
  one(45, 'go', { n: true, m: true }),
  one(3, 'use', { n: true, m: true }),
  one(1, 'fail', { n: true, m: true }),
  one(2, 'settle', { n: true, m: true }),
  one(1, 'direct', { id: true }),
  one(1, 'set', { id: true, n: true }),
  one(1, 'policy', { id: true, n: true, m: true }),
  one(3, 'ask', { id: true, n: true, m: true }),
  one(3, 'remember', { id: true, n: true, m: true }),
  one(4, 'score', { n: true, m: true }),
  one(1, 'relay', { n: true }),
  one(2, 'resume'),
  one(1, 'restart', { n: true }),
);
