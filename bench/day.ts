import type { chanceFrom } from './words.ts';

/** A session's word on the simulated day. */
export interface Spoken {
  /** Epoch milliseconds. */
  at: number;
  session: string;
  project: string;
  characters: number;
  replyCharacters: number;
}

/** How a day goes: what matters for a cache is how long nobody speaks in a conversation. */
export interface Kind {
  about: string;
  projects: number;
  sessionsEach: number;
  /** A session at work between two of its words, median; one in ten takes nearly three times as long. */
  workMs: number;
  /** Share of the words before which the session waits for a person, a build or a lunch. */
  pauseShare: number;
}

const minuteMs = 60_000;

export const kinds = {
  mixed: {
    about: 'two projects with two sessions each, with pauses of 6 to 90 minutes',
    ...{ projects: 2, sessionsEach: 2, workMs: 2.5 * minuteMs, pauseShare: 0.03 },
  },
  brisk: {
    about: 'one project with four sessions that never pause',
    ...{ projects: 1, sessionsEach: 4, workMs: 2 * minuteMs, pauseShare: 0 },
  },
  slow: {
    about: 'four projects with one session each that works for eight minutes at a time',
    ...{ projects: 4, sessionsEach: 1, workMs: 8 * minuteMs, pauseShare: 0.03 },
  },
} as const satisfies Record<string, Kind>;

/** So many words, in order of time; the same for the same chance. */
export function dayOf(
  kind: Kind,
  count: number,
  startAt: number,
  chance: ReturnType<typeof chanceFrom>,
): Spoken[] {
  const { projects, sessionsEach, workMs, pauseShare } = kind;
  const spoken: Spoken[] = [];
  const sessions = Array.from({ length: projects * sessionsEach }, (_, index) => ({
    ...{ session: `session-${index}`, project: `p${index % projects}` },
    at: startAt + chance() * workMs,
  }));
  while (spoken.length < count) {
    const next = sessions.reduce((first, one) => (one.at < first.at ? one : first));
    // Sizes as they are found in transcripts: most are short, a few are long.
    const characters = Math.min(20_000, Math.round(900 * spread(chance, 0.9)));
    const replyCharacters = Math.min(4000, Math.round(300 * spread(chance, 0.7)));
    spoken.push({ ...next, characters, replyCharacters });
    next.at += workMs * spread(chance, 0.8);
    if (chance() < pauseShare) next.at += (6 + 84 * chance() ** 2) * minuteMs;
  }
  return spoken;
}

/** Of a log-normal distribution with the median 1. */
function spread(chance: () => number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  return Math.exp(sigma * normal);
}
