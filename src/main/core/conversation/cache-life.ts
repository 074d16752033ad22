import type { SupervisorRequest } from '../supervisor/supervisor.ts';
import type { CallSettings } from './call-settings.ts';
import type { ConversationEntry } from './entry.ts';

const fiveMinutesMs = 5 * 60_000;
const oneHourMs = 60 * 60_000;

/**
 * How long the prompt cache is to keep what a call sends. `auto`: an hour where the conversation has
 * paused for longer than five minutes, though not for an hour, since the beginning of what is sent,
 * this pause included. Such a pause has everything written again if five minutes are what it is
 * kept for, which costs more than the dearer writes of a whole window; without one, those are for
 * nothing. `npm run bench -- tokens` reckons it (docs/performance.md).
 *
 * @param entries what is sent, in its order
 * @param nowMs when it is sent, epoch milliseconds
 */
export function cacheLife(
  wanted: CallSettings['cacheTtl'],
  entries: readonly ConversationEntry[],
  nowMs: number,
): SupervisorRequest['cacheTtl'] {
  if (wanted !== 'auto') return wanted;
  // An answer stands where a call was; what is kept was read then, and is next at the next answer.
  const calls = [
    ...entries.filter(({ type }) => type === 'agent_message').map(({ at }) => at),
    nowMs,
  ];
  const hasPaused = calls.some((at, index) => {
    const pauseMs = at - (calls[index - 1] ?? at);
    return pauseMs > fiveMinutesMs && pauseMs < oneHourMs;
  });
  return hasPaused ? '1h' : '5m';
}
