import { z } from 'zod';

/**
 * What can go wrong with a call, by what has to happen next:
 * - `wait`: Relay tries again by itself;
 * - `person`: nothing but a person can mend it (key, billing, model name);
 * - `shrink`: the prompt has to become shorter;
 * - `lengthen`: the answer needs more room;
 * - `decide`: this one exchange needs the owner (a refusal, an empty answer).
 */
export const FaultRemedy = z.enum(['wait', 'person', 'shrink', 'lengthen', 'decide']);
export type FaultRemedy = z.infer<typeof FaultRemedy>;

export const FaultCode = z.enum([
  'key-missing',
  'key-refused',
  'permission-denied',
  'billing',
  'spend-limit',
  'model-not-found',
  'no-api',
  'invalid-request',
  'rate-limit',
  'overloaded',
  'api-error',
  'connection',
  'stalled',
  'cut',
  'malformed',
  'refusal',
  'empty',
  'max-tokens',
  'prompt-too-long',
  'request-too-large',
  'too-many-rounds',
]);
export type FaultCode = z.infer<typeof FaultCode>;

export const Fault = z.object({
  code: FaultCode,
  remedy: FaultRemedy,
  /** For the owner: first the fact, then what to do. Never holds a secret. */
  message: z.string(),
  /** HTTP status; absent when the fault came without one (mid-stream, connection). */
  status: z.number().int().optional(),
  /** What the server asked for, milliseconds. */
  retryAfterMs: z.number().nonnegative().optional(),
  requestId: z.string().optional(),
});
export type Fault = z.infer<typeof Fault>;
