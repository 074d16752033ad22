import type { RelayEvent } from '#shared/events.ts';
import { words } from '../words.ts';

/** The words of an event of a conversation; none for any other. */
export function saidIn(event: RelayEvent): string {
  switch (event.type) {
    case 'user_message':
    case 'agent_message':
    case 'summary.made':
      return event.payload.text;
    case 'tool_call':
      return `${event.payload.name} ${JSON.stringify(event.payload.input)}`;
    case 'tool_response':
      return event.payload.output;
    default:
      return '';
  }
}

/** Who said it. */
export function authorOf(event: RelayEvent): string {
  const { owner, relay, session, supervisor, summaryAuthor } = words.conversation;
  if (event.type === 'summary.made') return summaryAuthor;
  if (event.type === 'tool_call' || event.type === 'tool_response') return event.payload.name;
  if (event.type !== 'user_message') return supervisor;
  return { owner, relay, session }[event.payload.author];
}
