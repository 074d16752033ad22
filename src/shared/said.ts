import type { RelayEvent } from './events.ts';

/**
 * The words of an event, as far as it is one that says something; empty for the life of an exchange.
 * What is searched and counted; the view `searchable` of the store says the same in SQL.
 */
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
