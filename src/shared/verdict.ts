import { z } from 'zod';

/** The marker that makes an answer an escalation when it stands in the first 200 characters. */
export const escalationMarker = '[NEEDS-JC]';
export const escalationMarkerReach = 200;

/** What the supervisor decided about one exchange. */
export const Verdict = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reply'), text: z.string().min(1) }),
  z.object({
    kind: z.literal('escalate'),
    /** One sentence the owner can answer in five seconds. */
    question: z.string().min(1),
    /** What the supervisor would do if the owner just approved; empty when it has none. */
    proposal: z.string(),
    /** Why it asks; empty when it did not say. */
    reasoning: z.string(),
  }),
  z.object({ kind: z.literal('finish'), reason: z.string() }),
]);
export type Verdict = z.infer<typeof Verdict>;
