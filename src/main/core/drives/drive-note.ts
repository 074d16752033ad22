import type { SessionId } from '#shared/ids.ts';
import { closeTag, openTag } from '../conversation/tags.ts';
import type { Drive } from './drive.ts';
import type { Level } from './level.ts';
import { type OccurrenceName, occurrenceWords } from './occurrence.ts';

/** More would be a report, and the conversation has it all. */
const mostReasons = 3;

/** What a drive has to say at its level; an empty text for nothing. */
export function wordsAt({ says }: Pick<Drive, 'says'>, { value }: Pick<Level, 'value'>): string {
  return says.find(({ from }) => value >= from)?.words ?? '';
}

interface Standing {
  drive: Drive;
  level: Level;
}

/**
 * The first drive that has something to say speaks alone: a reason to ask sooner is not to be weighed
 * against one to ask later.
 */
export function speaking(levels: readonly Standing[]): Standing | undefined {
  return levels.find(({ drive, level }) => wordsAt(drive, level) !== '');
}

/** What the supervisor is told with a call, or an empty text. Plain words without any number. */
export function driveNote(sessionId: SessionId, levels: readonly Standing[]): string {
  const speaker = speaking(levels);
  if (!speaker) return '';
  const reasons = reasonsOf(speaker.level).map((name) => occurrenceWords[name]);
  const lines = [
    `How it goes with session ${sessionId}, as Relay has seen it; no word of the owner's:`,
    wordsAt(speaker.drive, speaker.level),
    `Lately: ${reasons.join('; ')}.`,
  ];
  return `${openTag('relay', {})}\n${lines.join('\n')}\n${closeTag('relay')}`;
}

/** What accounts for most of a level comes first. */
function reasonsOf({ shares }: Pick<Level, 'shares'>): OccurrenceName[] {
  return [...shares]
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostReasons)
    .map(([name]) => name);
}
