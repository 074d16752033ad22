import type { RelayEvent } from '#shared/events.ts';
import { words } from '../words.ts';

/** Who said what an event of a conversation says. */
export function authorOf(event: RelayEvent): string {
  const { owner, relay, session, supervisor, summaryAuthor } = words.conversation;
  if (event.type === 'summary.made') return summaryAuthor;
  if (event.type === 'tool_call' || event.type === 'tool_response') return event.payload.name;
  if (event.type !== 'user_message') return supervisor;
  return { owner, relay, session }[event.payload.author];
}
