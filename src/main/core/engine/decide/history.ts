import type { NewEvent } from '#shared/events.ts';
import { type ConversationId, SessionId } from '#shared/ids.ts';
import type { HistoryEntry } from '#shared/models.ts';
import type { CommandOf } from '../command.ts';
import { type Decide, decided } from './decision.ts';
import { introduce } from './session-events.ts';

/** A history of the first relay: each entry becomes a conversation event, in its order. */
export const importHistory: Decide<CommandOf<'importHistory'>> = (state, command, given) => {
  const { entries, conversationId } = command;
  const introduced = new Set<SessionId>();
  const events = entries.flatMap((entry) => {
    const event = eventOfHistory(entry, conversationId);
    if (event === undefined) return [];
    const { sessionId } = event;
    if (!sessionId || introduced.has(sessionId)) return [event];
    introduced.add(sessionId);
    const facts = { title: null, cwd: null, source: 'import', projectRoot: null };
    return [...introduce(state, sessionId, facts, given).events, event];
  });
  return decided(...events);
};

/** What an entry becomes; undefined for one that says nothing. */
export function eventOfHistory(
  { role, content, ts, session_id }: HistoryEntry,
  conversationId: ConversationId,
): NewEvent | undefined {
  if (content.trim() === '') return undefined;
  const session = SessionId.safeParse(session_id);
  const about = { sessionId: session.success ? session.data : null, conversationId };
  const time = ts === null || ts === undefined ? undefined : isoTime(ts);
  const sentAt = time === undefined ? {} : { sentAt: time };
  if (role === 'assistant') {
    const payload = { text: content, callId: null, model: null, ...sentAt };
    return { type: 'agent_message', ...about, payload };
  }
  const author = role === 'system' ? 'relay' : about.sessionId ? 'session' : 'owner';
  return {
    type: 'user_message',
    ...about,
    payload: { author, text: content, via: null, ...sentAt },
  };
}

/** The first relay wrote ISO times or seconds since the epoch; undefined for what is no time. */
function isoTime(ts: string | number): string | undefined {
  if (typeof ts === 'string') return ts;
  const date = new Date(ts < 1e11 ? ts * 1000 : ts);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
