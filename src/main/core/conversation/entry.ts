/**
 * One event of a conversation in the order in which the supervisor was (or will be) shown it.
 * `position` is that order, from 1 in each conversation; it differs from the store's `seq` where an
 * envelope waited while another exchange was answered, so that what was sent once stays a prefix of
 * what is sent next.
 */
export interface ConversationEntry {
  position: number;
  seq: number;
  /** Epoch milliseconds. */
  at: number;
  type: 'user_message' | 'agent_message' | 'tool_call' | 'tool_response';
  author: 'session' | 'owner' | 'relay' | 'supervisor';
  sessionId: string | null;
  /** The session's title when it has one. */
  title: string | null;
  /** How an owner's word came in. */
  via: string | null;
  toolUseId: string | null;
  text: string;
  /** By the model's tokenizer; 0 until counted (then the bytes decide, four to a token). */
  tokens: number;
}

/** What stands for all entries up to and including `toPosition`. */
export interface ConversationSummary {
  fromPosition: number;
  toPosition: number;
  fromAt: number;
  toAt: number;
  events: number;
  text: string;
}
