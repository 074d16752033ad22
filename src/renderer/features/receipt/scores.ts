import type { RelayEvent } from '#shared/events.ts';
import type { Score } from '#shared/models.ts';

/** What of an exchange can be scored, and how it has been; absent: there is none. */
export interface Scores {
  /** A reply that nobody looked at before it was sent. */
  reply?: 'wrong' | 'fine' | null;
  escalation?: 'needless' | 'fine' | null;
}

export function scoresOf(events: readonly RelayEvent[]): Scores {
  const scores: Scores = {};
  let isDraft = false;
  for (const event of events) {
    if (event.type === 'agent_message') isDraft = false;
    if (event.type === 'item.opened' && event.payload.kind === 'draft') isDraft = true;
    if (event.type === 'verdict.given' && event.payload.verdict.kind === 'escalate') {
      scores.escalation ??= null;
    }
    if (event.type === 'dispatch.queued' && event.payload.origin === 'supervisor' && !isDraft) {
      scores.reply ??= null;
    }
    if (event.type === 'reply.scored') scores.reply = event.payload.score;
    if (event.type === 'escalation.scored') scores.escalation = event.payload.score;
  }
  return scores;
}

/** The scores that can be given here, the good one first. */
export function choicesOf({ reply, escalation }: Scores): Score[] {
  return [
    ...(reply !== undefined || escalation !== undefined ? (['fine'] as const) : []),
    ...(reply !== undefined ? (['wrong'] as const) : []),
    ...(escalation !== undefined ? (['needless'] as const) : []),
  ];
}

/** What has been said: each at most once, `fine` only where nothing is wrong. */
export function givenOf({ reply, escalation }: Scores): Score[] {
  const given = [reply, escalation].filter((score) => score !== undefined && score !== null);
  const bad = given.filter((score) => score !== 'fine');
  return bad.length > 0 ? bad : given.slice(0, 1);
}
