import type { SupervisorRequest, ToolRequest, TurnRound } from '../supervisor/supervisor.ts';
import type { ToolResult } from '../tools/tool.ts';
import { addresseeNote } from './addressee.ts';
import type { ConversationEntry } from './entry.ts';
import type { ViewportLimits } from './limits.ts';
import { frameForTranscript, joinFrame, partSeparator } from './render.ts';
import type { ViewportPlan } from './viewport.ts';

/**
 * An answer that takes several calls, since the supervisor uses tools before it gives it. Kept in
 * memory only: without it (after a restart) the exchange is called anew from what is stored.
 */
export interface LiveTurn {
  /** As the first call sent it. Nothing of it changes: thinking is bound to every byte of it. */
  request: SupervisorRequest;
  plan: Pick<Extract<ViewportPlan, { kind: 'send' }>, 'fromSeq' | 'toSeq' | 'estimatedTokens'>;
  /** Up to here the supervisor has been shown the conversation. */
  shownPosition: number;
  rounds: TurnRound[];
  /** What it asked for last, until all of it is answered. */
  asked: ToolRequest | null;
  /** What has come of it so far, by `toolUseId`. */
  results: Map<string, ToolResult>;
  sizeCharacters: number;
}

/** After so many rounds the supervisor has to answer with what it knows. */
export const mostRounds = 25;

export function beginTurn(
  request: SupervisorRequest,
  { fromSeq, toSeq, estimatedTokens, characters }: Extract<ViewportPlan, { kind: 'send' }>,
  entries: readonly ConversationEntry[],
): LiveTurn {
  return {
    request,
    plan: { fromSeq, toSeq, estimatedTokens },
    shownPosition: lastPosition(entries),
    rounds: [],
    asked: null,
    results: new Map(),
    sizeCharacters: characters,
  };
}

/**
 * Makes what was asked for last, with its results, a round of the next call. `entries` is the
 * conversation as it stands now: what was said since the turn began is told beside the results.
 * @returns false where it does not fit any more, and the exchange has to be called anew
 */
export function continueTurn(
  turn: LiveTurn,
  entries: readonly ConversationEntry[],
  given: { rounds: number; sessionId: string | null; limits: ViewportLimits },
): boolean {
  const { asked } = turn;
  if (!asked) return true;
  const fresh = entries.filter(
    ({ position, type }) =>
      position > turn.shownPosition && type !== 'tool_call' && type !== 'tool_response',
  );
  const words = fresh.map((entry) => joinFrame(frameForTranscript(entry)));
  const addressee = addresseeNote({ entries: fresh, owed: [] }, given.sessionId, given.limits);
  if (addressee) words.push(addressee);
  if (given.rounds >= mostRounds) words.push(lastRoundNote);
  const answered = asked.calls.map(({ toolUseId }) => ({
    toolUseId,
    ...(turn.results.get(toolUseId) ?? { output: 'There is no result.', isError: true }),
  }));
  turn.asked = null;
  turn.results = new Map();
  turn.shownPosition = Math.max(turn.shownPosition, lastPosition(entries));
  turn.rounds.push({
    assistant: asked.assistant,
    results: answered,
    words: words.length > 0 ? [words.join(partSeparator)] : [],
  });
  const said = [...answered.map(({ output }) => output), ...words, JSON.stringify(asked.assistant)];
  turn.sizeCharacters += said.reduce((sum, text) => sum + text.length, 0);
  return turn.sizeCharacters <= given.limits.maxCharacters;
}

const lastRoundNote = `<relay>\nYou have used tools ${mostRounds} times in a row. Give your answer now, without them, from what you know.\n</relay>`;

function lastPosition(entries: readonly ConversationEntry[]): number {
  return entries.at(-1)?.position ?? 0;
}
