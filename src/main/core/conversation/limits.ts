import type { Size } from './estimate.ts';

/** How much of a conversation one call may send, and how its window moves. */
export interface ViewportLimits {
  /** Tokens of one prompt: standing instructions, summary and messages together. */
  budgetTokens: number;
  /** The same in UTF-16 units; whichever is reached first counts. */
  maxCharacters: number;
  /** What remains after the window has moved, as a share of both limits. */
  keepShare: number;
  /** From this share on a summary is prepared while the conversation goes on. */
  summariseAheadShare: number;
  /** Answered turns that stay word for word, as long as they fit below `summariseAheadShare`. */
  verbatimTurns: number;
  /** The share of both limits that the summary itself may take; its text is cut above it. */
  summaryShare: number;
}

export const defaultLimits: ViewportLimits = {
  // The smallest context window still sold is 200,000 (Haiku 4.5): this leaves room for the answer,
  // and holds what a call can cost on the models with a million.
  budgetTokens: 190_000,
  // The second trigger, for what is not counted yet: four bytes to a token is too hopeful for code,
  // logs and the newer tokenizers, which make some 30 % more of the same text.
  maxCharacters: 400_000,
  // Half: a move costs one summary and one rewrite of the cache, and then half a window of calls
  // reads from the cache before the next one.
  keepShare: 0.5,
  // A fifth of the window is many exchanges: time enough for a summary to be written unhurried.
  summariseAheadShare: 0.8,
  verbatimTurns: 10,
  // 40,000 characters at most; it is asked for in far fewer (see `summaryWords`).
  summaryShare: 0.1,
};

/** Where shrinking ends: about one message cut short, beside the standing instructions. */
export const smallestBudgetTokens = 2_000;
export const smallestMaxCharacters = 8_000;

export function limitSize(limits: ViewportLimits): Size {
  return { tokens: limits.budgetTokens, characters: limits.maxCharacters };
}

/**
 * The limits for the next attempt after the API called a prompt too long: half of what was allowed
 * or, where `sent` tells that less was sent, half of that. null: there is nothing left to shrink.
 */
export function shrinkLimits(
  limits: ViewportLimits,
  sent: Size = limitSize(limits),
): ViewportLimits | null {
  const budgetTokens = halve(Math.min(limits.budgetTokens, sent.tokens), smallestBudgetTokens);
  const maxCharacters = halve(
    Math.min(limits.maxCharacters, sent.characters),
    smallestMaxCharacters,
  );
  const shrunk = {
    ...limits,
    budgetTokens: Math.min(limits.budgetTokens, budgetTokens),
    maxCharacters: Math.min(limits.maxCharacters, maxCharacters),
  };
  const isSmaller =
    shrunk.budgetTokens < limits.budgetTokens || shrunk.maxCharacters < limits.maxCharacters;
  return isSmaller ? shrunk : null;
}

function halve(size: number, smallest: number): number {
  return Math.max(smallest, Math.floor(size / 2));
}
