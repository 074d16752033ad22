import { z } from 'zod';

/**
 * A session's id, as Claude Code gives it. The rule also makes it safe as one segment of a path:
 * no separators, and neither `.` nor `..`.
 */
export const SessionId = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be 1 to 128 characters of A-Z a-z 0-9 . _ -')
  .refine((id) => id !== '.' && id !== '..', 'must be neither "." nor ".."')
  .brand('SessionId');
export type SessionId = z.infer<typeof SessionId>;

export const ConversationId = z.string().min(1).brand('ConversationId');
export type ConversationId = z.infer<typeof ConversationId>;

/** `x1`, `x2`, ...: one envelope (or one word of the owner's) and all that follows from it. */
export const ExchangeId = z
  .string()
  .regex(/^x\d+$/)
  .brand('ExchangeId');
export type ExchangeId = z.infer<typeof ExchangeId>;

/** `d1`, `d2`, ...: one reply on its way to a session. */
export const DispatchId = z
  .string()
  .regex(/^d\d+$/)
  .brand('DispatchId');
export type DispatchId = z.infer<typeof DispatchId>;

/** `i1`, `i2`, ...: one thing in the inbox; short, because the owner types it. */
export const ItemId = z
  .string()
  .regex(/^i\d+$/)
  .brand('ItemId');
export type ItemId = z.infer<typeof ItemId>;

/** `f` and a number: one pinned fact. */
export const FactId = z
  .string()
  .regex(/^f\d+$/)
  .brand('FactId');
export type FactId = z.infer<typeof FactId>;

/** `c1`, `c2`, ...: one request to the supervisor, retries counted apart. */
export const CallId = z
  .string()
  .regex(/^c\d+$/)
  .brand('CallId');
export type CallId = z.infer<typeof CallId>;
