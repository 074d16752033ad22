import type { RelayEvent } from '#shared/events.ts';
import type { SessionId } from '#shared/ids.ts';
import type { DriveLevel, DriveSummary, DriveWeight, SessionDrives } from '#shared/models.ts';
import type { Bus } from '../engine/bus.ts';
import type { CommandOf } from '../engine/command.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Queries } from '../store/queries.ts';
import {
  type DriveSettings,
  type Factors,
  halfLifeMinutes,
  rulesOf,
  setWeight,
  weightInForce,
  weightProblems,
} from './coefficients.ts';
import type { Drive } from './drive.ts';
import { driveNote, speaking, wordsAt } from './drive-note.ts';
import { type Change, learn } from './lesson.ts';
import { heardMs, levelAt } from './level.ts';
import { hear, type Occurrence, occurrenceWords } from './occurrence.ts';
import { drives, moves, weightName } from './registry.ts';

export interface DrivesOptions {
  bus: Bus;
  store: EventStore;
  queries: Queries;
  settings: () => DriveSettings;
  now?: () => number;
}

/** How it goes with each session, by what happened in it (docs/drives.md). */
export interface Drives {
  /** What the next call about a session tells the supervisor, framed; empty for nothing. */
  note(sessionId: SessionId): string;
  ofSession(sessionId: SessionId): SessionDrives;
  summary(sessions: Iterable<{ id: SessionId; title: string | null }>): DriveSummary;
  /** The command by which a score that is about to be given changes weights; undefined: none does. */
  lesson(scoring: CommandOf<'scoreExchange'>): CommandOf<'learnDrives'> | undefined;
  /** What is wrong with the settings, a sentence each. */
  problems(): readonly string[];
  stop(): void;
}

/** What was heard of a session, from a time on. */
interface Heard {
  sinceMs: number;
  occurrences: readonly Occurrence[];
}

const mostShown = 8;
const minuteMs = 60_000;

/**
 * Listens on the bus and does nothing else. What it keeps of a session is read from the store when it
 * is first asked for and then follows the bus; both give the same, since each occurrence follows from
 * the events alone. Levels are not kept at all: settings and time change them.
 */
export function createDrives(options: DrivesOptions): Drives {
  const { bus, store, queries, settings, now = Date.now } = options;
  const known = queries.drives;
  const heard = new Map<SessionId, Heard>();

  const leave = bus.subscribe((event) => {
    const { sessionId } = event;
    const there = sessionId && heard.get(sessionId);
    if (there) there.occurrences = hear(there.occurrences, event, known);
  });

  const longestHeardMs = () =>
    Math.max(...drives.map(({ name }) => heardMs(halfLifeMinutes(name, settings()) * minuteMs)));

  function occurrencesOf(sessionId: SessionId): readonly Occurrence[] {
    const sinceMs = now() - longestHeardMs();
    const there = heard.get(sessionId);
    if (there && there.sinceMs <= sinceMs) {
      // What has faded is let go now and then, so that it is bounded.
      if (sinceMs - there.sinceMs > minuteMs) {
        there.occurrences = there.occurrences.filter(({ at }) => at >= sinceMs);
        there.sinceMs = sinceMs;
      }
      return there.occurrences;
    }
    const occurrences = queries.drives
      .telling(sessionId, sinceMs)
      .reduce<readonly Occurrence[]>((before, event) => hear(before, event, known), []);
    heard.set(sessionId, { sinceMs, occurrences });
    return occurrences;
  }

  function factors(): Factors {
    const last = queries.drives.lastLearnt();
    return last?.type === 'drives.learnt' ? last.payload.factors : {};
  }

  function levelsFrom(occurrences: readonly Occurrence[], at: number) {
    const learnt = settings().learn ? factors() : {};
    return drives.map((drive) => ({
      drive,
      level: levelAt(drive, occurrences, rulesOf(drive, settings(), learnt), at),
    }));
  }

  function note(sessionId: SessionId): string {
    if (!settings().enabled) return '';
    return driveNote(sessionId, levelsFrom(occurrencesOf(sessionId), now()));
  }

  function levelsOf(sessionId: SessionId): DriveLevel[] {
    const occurrences = occurrencesOf(sessionId);
    const levels = levelsFrom(occurrences, now());
    return levels.map(({ drive, level }) => ({
      name: drive.name,
      level: level.value,
      words: wordsAt(drive, level),
      isTold: speaking(levels)?.drive === drive,
      halfLifeMinutes: halfLifeMinutes(drive.name, settings()),
      movedBy: movedBy(drive, occurrences),
    }));
  }

  /** What still counts, the newest first. */
  function movedBy({ name: drive }: Drive, occurrences: readonly Occurrence[]) {
    const sinceMs = now() - heardMs(halfLifeMinutes(drive, settings()) * minuteMs);
    return occurrences
      .flatMap(({ name, seq, at, exchangeId }) => {
        const move = moves.get(weightName(drive, name));
        if (!move || at < sinceMs) return [];
        return [{ words: occurrenceWords[name], does: move.does, seq, at, exchangeId }];
      })
      .slice(-mostShown)
      .reverse();
  }

  function weights(): DriveWeight[] {
    const learnt = factors();
    return [...moves].map(([name, { drive, occurrence, does }]) => ({
      ...{ name, words: occurrenceWords[occurrence], does },
      set: setWeight(drive, occurrence, settings()),
      learnt: learnt[name] ?? 1,
      inForce: weightInForce(drive, occurrence, settings(), learnt),
    }));
  }

  /** Levels as they stood when the supervisor gave the verdict that is scored. */
  function levelsAtVerdict(
    sessionId: SessionId,
    exchange: readonly RelayEvent[],
    of: 'reply' | 'escalation',
  ) {
    const kind = of === 'reply' ? 'reply' : 'escalate';
    const verdict = exchange.findLast(
      (event) => event.type === 'verdict.given' && event.payload.verdict.kind === kind,
    );
    if (!verdict) return [];
    const sinceMs = verdict.at - longestHeardMs();
    const occurrences = queries.drives
      .telling(sessionId, sinceMs)
      .filter(({ seq }) => seq < verdict.seq)
      .reduce<readonly Occurrence[]>((before, event) => hear(before, event, known), []);
    return levelsFrom(occurrences, verdict.at);
  }

  return {
    note,
    ofSession(sessionId) {
      const { enabled, learn: learns } = settings();
      const all = enabled ? levelsOf(sessionId) : [];
      return { sessionId, enabled, learns, told: note(sessionId), drives: all };
    },
    summary(sessions) {
      const { enabled, learn: learns } = settings();
      const lines = [...(enabled ? sessions : [])].flatMap(({ id: sessionId, title }) => {
        const levels = levelsFrom(occurrencesOf(sessionId), now()).map(({ drive, level }) => ({
          ...{ name: drive.name, level: level.value, words: wordsAt(drive, level) },
        }));
        return levels.some(({ words }) => words !== '') ? [{ sessionId, title, levels }] : [];
      });
      return { enabled, learns, sessions: lines, weights: weights() };
    },
    lesson({ exchangeId, sessionId, conversationId, scored }) {
      if (!settings().enabled || !settings().learn || !sessionId) return undefined;
      const exchange = store.ofExchange(exchangeId);
      const payload = learn({
        given: scored,
        levels: levelsAtVerdict(sessionId, exchange, scored.of),
        factors: factors(),
        taughtBefore: taughtBy(exchange, scored.of, queries.drives.lastResetSeq()),
      });
      const about = { exchangeId, sessionId, conversationId };
      return payload && { kind: 'learnDrives', ...about, payload };
    },
    problems: () => weightProblems(settings()),
    stop: leave,
  };
}

/** What earlier scores of the same decision have changed and nobody has forgotten since. */
function taughtBy(
  exchange: readonly RelayEvent[],
  of: 'reply' | 'escalation',
  after: number,
): Change[] {
  return exchange.flatMap((event) =>
    event.type === 'drives.learnt' && event.payload.of === of && event.seq > after
      ? event.payload.changes
      : [],
  );
}
