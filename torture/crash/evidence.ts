import type { Usage } from '#shared/usage.ts';

/** A word that a session said: an envelope with a mark of its own in it. */
export interface SaidWord {
  sessionId: string;
  mark: string;
  /** A person typed in the terminal while it waited, so that its reply may have been taken back. */
  isTypedOver: boolean;
}

/** What a session found in its folder, in its order. */
export type Received =
  | { kind: 'input'; sessionId: string; text: string }
  | { kind: 'release'; sessionId: string };

/** The owner's word by file. A direct one is meant for the session itself, whole. */
export interface OwnerWord {
  text: string;
  directTo: string | null;
}

/** One request to the Messages API, by the API's own log. */
export interface ApiCall {
  number: number;
  atMs: number;
  requestId: string | undefined;
  model: string;
  /** The mark of the word that it was to answer; null for a summary. */
  about: string | null;
  said: 'reply' | 'finish' | 'escalate' | 'tool' | 'summary' | 'fault';
  /** The whole text of a reply; empty for all else. */
  text: string;
  outcome: 'open' | 'answered' | 'broken' | 'left';
  status: number | undefined;
  usage: Usage | undefined;
}

/** A relay from its start to its end. */
export interface Life {
  fromMs: number;
  toMs: number;
  /** Killed, or stopped in the middle of its work. */
  isCutShort: boolean;
}

/** A call as the relay keeps it. */
export interface KeptCall {
  /** When its end was committed. */
  atMs: number;
  /** null where nothing of an answer had come when Relay gave it up. */
  requestId: string | null;
  model: string;
  hasFailed: boolean;
  usage: Usage | null;
  costUsd: number | null;
}

/** Everything the checker knows of one round: files, and the API's own log. */
export interface Evidence {
  words: readonly SaidWord[];
  received: readonly Received[];
  ownerWords: readonly OwnerWord[];
  calls: readonly ApiCall[];
  lives: readonly Life[];
  /** How many calls can be under way at once: one for each conversation. */
  conversations: number;
  /** Names of envelopes that are still in the queue, or were rejected. */
  queueLeft: readonly string[];
  /** Whatever else lies about in the home: staged, withdrawn or untaken replies. */
  strayFiles: readonly string[];
}

/** What the database says; for the clauses on costs and read models alone. */
export interface Books {
  calls: readonly KeptCall[];
  /** The sum of the read model of what was spent. */
  spentUsd: number;
  spentTokens: Usage;
  /** Read models that are not what a rebuild makes of the events. */
  staleTables: readonly string[];
}
