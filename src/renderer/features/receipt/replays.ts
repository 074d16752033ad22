import type { RelayEvent } from '#shared/events.ts';
import type { Verdict } from '#shared/verdict.ts';

/** An answer of the supervisor, then or in a replay. */
export interface Answered {
  model: string;
  text: string;
  verdict: Verdict;
  /** null: the price table does not know the model. */
  costUsd: number | null;
  durationMs: number;
  /** The price is what the API would take; Claude Code has its own plan. */
  isEstimate: boolean;
}

export interface Replayed extends Answered {
  seq: number;
  at: number;
  /** Whether something else was given than then. */
  hasOtherBrief: boolean;
  hasOtherInstructions: boolean;
}

/** What the supervisor answered then, in the end; null where it never did. */
export function answeredOf(events: readonly RelayEvent[]): Answered | null {
  const given = events.findLast((event) => event.type === 'verdict.given');
  if (given?.type !== 'verdict.given') return null;
  const { callId, verdict } = given.payload;
  let answered: Answered | null = null;
  let text = '';
  let isEstimate = false;
  for (const event of events) {
    if (!('callId' in event.payload) || event.payload.callId !== callId) continue;
    if (event.type === 'call.started') isEstimate = isByClaudeCode(event);
    if (event.type === 'agent_message') text = event.payload.text;
    if (event.type !== 'call.finished') continue;
    const { model, costUsd, durationMs } = event.payload;
    answered = { model, costUsd, durationMs, verdict, text, isEstimate };
  }
  return answered && { ...answered, text };
}

/** The newest first. */
export function replaysOf(events: readonly RelayEvent[]): Replayed[] {
  return events
    .flatMap((event) => {
      if (event.type !== 'replay.made') return [];
      const { seq, at, payload } = event;
      const { model, text, verdict, costUsd, durationMs, brief, instructions } = payload;
      const { isEstimate = false } = payload;
      return [
        {
          ...{ seq, at, model, text, verdict, costUsd, durationMs, isEstimate },
          hasOtherBrief: brief !== null,
          hasOtherInstructions: instructions !== null,
        },
      ];
    })
    .reverse();
}

export const isByClaudeCode = (event: RelayEvent<'call.started'>): boolean =>
  event.payload.sent?.provider === 'claude-code';
