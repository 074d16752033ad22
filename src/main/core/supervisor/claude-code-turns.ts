import { closeTag, escapeText, openTag } from '../conversation/tags.ts';
import type { SupervisorMessage } from './supervisor.ts';

/** What is written to `claude` at once; it says `result` before it gets the next. */
export type Turn = readonly object[];

/** Stands for a message without a word, which the API refuses. */
const blankMessage = '(no words)';

/** Where the API shall keep what it has read. Claude Code hands it through. */
export interface CacheMark {
  type: 'ephemeral';
  ttl?: '1h';
}

/** Claude Code's own lives and this one have to be the same: a longer may not follow a shorter. */
export const cacheMark = (ttl: '5m' | '1h'): CacheMark =>
  ttl === '1h' ? { type: 'ephemeral', ttl } : { type: 'ephemeral' };

/**
 * The conversation in the turns that it had, so that each call repeats the last one as a prefix and
 * the prompt cache holds. Claude Code takes what the assistant said at once but queues what the user
 * says, so they stay in order only if it is given a user's turn, and no more, between two results.
 * `shouldQuery: false` is how the Agent SDK hands over a turn that is not to be answered.
 *
 * @param aside for this call only, behind what is cached
 * @param cache for the last message. Claude Code itself marks the date that it puts after it, which
 * moves on with the conversation, so that of its own the cache would never be read.
 */
export function asTurns(
  messages: readonly SupervisorMessage[],
  cache: CacheMark | undefined,
  aside?: string,
): Turn[] {
  const turns: object[][] = [[]];
  for (const [index, { role, text }] of messages.entries()) {
    const isLast = index === messages.length - 1;
    const beside = isLast ? aside : undefined;
    const line = role === 'assistant' ? assistantLine(text) : userLine(text, isLast, cache, beside);
    turns.at(-1)?.push(line);
    if (role === 'user' && !isLast) turns.push([]);
  }
  return turns;
}

/** The same as one turn, for a Claude Code that answers each turn it is given. */
export function asOneTurn(messages: readonly SupervisorMessage[], aside?: string): Turn[] {
  const blocks = messages.map(({ role, text }) =>
    role === 'user'
      ? text
      : `${openTag('supervisor', {})}\n${escapeText(text)}\n${closeTag('supervisor')}`,
  );
  const note = `${openTag('relay', {})}\nWhat you said before stands in <supervisor> blocks.\n${closeTag('relay')}`;
  const isLong = messages.length > 1;
  return [[userLine([...(isLong ? [note] : []), ...blocks].join('\n\n'), true, undefined, aside)]];
}

function userLine(
  text: string,
  isAnswered: boolean,
  cache: CacheMark | undefined,
  aside: string | undefined,
): object {
  const mark = isAnswered && cache ? { cache_control: cache } : {};
  const beside = aside === undefined ? [] : [{ type: 'text', text: words(aside) }];
  const content = [{ type: 'text', text: words(text), ...mark }, ...beside];
  const line = { type: 'user', message: { role: 'user', content } };
  return isAnswered ? line : { ...line, shouldQuery: false };
}

function assistantLine(text: string): object {
  const content = [{ type: 'text', text: words(text) }];
  return { type: 'assistant', message: { role: 'assistant', content } };
}

/** A text that begins with a slash would be a command of Claude Code's, even where it has none. */
function words(text: string): string {
  if (text.trim() === '') return blankMessage;
  return (text.startsWith('/') ? ` ${text}` : text).toWellFormed();
}
