import type { z } from 'zod';
import type { ToolPolicy } from '#shared/events.ts';
import type { ConversationId, ExchangeId, SessionId } from '#shared/ids.ts';

/** Whose tool it is and where it acts. */
export interface ToolPlace {
  sessionId: SessionId;
  /** The session's own working directory, absolute. */
  cwd: string;
  /** The project it lies in: nothing outside of it is read. */
  root: string;
}

/** For whom the supervisor uses a tool. */
export interface ToolAsker {
  sessionId: SessionId | null;
  conversationId: ConversationId;
  exchangeId: ExchangeId;
}

export interface ToolContext {
  /** Absent: nobody in particular asks. */
  asker?: ToolAsker;
  /** null: the session has no folder, or nobody in particular asks. */
  place: ToolPlace | null;
  /** Aborted when nobody waits for the result any more, or the owner pauses. */
  signal: AbortSignal;
  /** Shows the owner what comes out while it runs; the newest lines, not all of it. */
  onOutput(tail: string): void;
}

export interface ToolResult {
  output: string;
  isError: boolean;
}

/** Something the supervisor can do by itself. What it returns is untrusted text. */
export interface Tool<Input = unknown> {
  /** `[a-z_]+`; what the model calls it by. */
  name: string;
  /** For the model: what it does, what it takes, what its limits are. */
  description: string;
  /** Object schema; it becomes the JSON schema of the request and checks what comes. */
  input: z.ZodType<Input>;
  /** Where neither the session nor the settings say otherwise. */
  policy: ToolPolicy;
  /** Whether it acts in the session's folder, and is not offered where there is none. */
  needsPlace: boolean;
  /** Exactly what would be done, for the owner to judge. Absent: name and input as JSON. */
  show?(input: Input): string;
  /** The policy for this very input, where the tool's own rules know better than the general one. */
  judge?(input: Input, general: ToolPolicy, asker?: ToolAsker): ToolPolicy;
  /** What goes wrong as expected is a result with `isError`; what it throws is a bug. */
  execute(input: Input, context: ToolContext): Promise<ToolResult>;
}

export const done = (output: string): ToolResult => ({ output, isError: false });
export const failed = (output: string): ToolResult => ({ output, isError: true });

/** A tool among others: what it takes is checked before it gets it. */
export type AnyTool = Tool<never>;

/** Lets tools of different inputs stand in one list. */
export function asAnyTool<Input>(tool: Tool<Input>): AnyTool {
  // The toolbox parses with `tool.input` before it calls any of the functions.
  return tool as unknown as AnyTool;
}
