import type { RelayEvent } from '#shared/events.ts';

/**
 * A conversation for people to read: one section for each conversation, one heading for each thing
 * said. Text stands in fences, so that no word of a session can pass for a heading of Relay's.
 */
export function* asMarkdown(events: Iterable<RelayEvent>): Generator<string> {
  let conversation: string | null | undefined;
  for (const event of events) {
    const said = whatWasSaid(event);
    if (said === undefined) continue;
    if (event.conversationId !== conversation) {
      conversation = event.conversationId;
      yield conversation === null
        ? '# Relay itself\n\n'
        : `# Conversation ${oneLine(conversation)}\n\n`;
    }
    const time = saidAt(event).toISOString().replace('T', ' ').slice(0, 19);
    yield `## ${time} UTC, ${oneLine(said.who)}\n\n${fenced(said.text)}\n\n`;
  }
}

/** When it was said; what was imported was said long before it came into the store. */
function saidAt({ at, payload }: RelayEvent): Date {
  const sentAt = 'sentAt' in payload ? Date.parse(payload.sentAt ?? '') : Number.NaN;
  return new Date(Number.isNaN(sentAt) ? at : sentAt);
}

/** Who said what; undefined for events that nobody said. */
function whatWasSaid(event: RelayEvent): { who: string; text: string } | undefined {
  const session = event.sessionId === null ? 'session' : `session ${event.sessionId}`;
  switch (event.type) {
    case 'user_message': {
      const { author, text } = event.payload;
      const forWhom = author === 'owner' && event.sessionId ? `, for ${session}` : '';
      return { who: author === 'session' ? session : `${author}${forWhom}`, text };
    }
    case 'agent_message':
      return {
        who: event.sessionId ? `supervisor to ${session}` : 'supervisor',
        text: event.payload.text,
      };
    case 'system_message':
      return {
        who: event.conversationId === null ? 'standing instructions of the supervisor' : 'relay',
        text: event.payload.text,
      };
    case 'tool_call': {
      const input = JSON.stringify(event.payload.input, null, 2);
      return { who: `supervisor uses ${event.payload.name}`, text: input };
    }
    case 'tool_response':
      return { who: `${event.payload.name} answers`, text: event.payload.output };
    case 'item.opened': {
      const { itemId, kind, summary, proposal } = event.payload;
      const text = proposal === '' ? summary : `${summary}\nProposal: ${proposal}`;
      return { who: `inbox, ${kind} ${itemId}`, text };
    }
    case 'item.settled': {
      const { itemId, how, text } = event.payload;
      return { who: `inbox, ${itemId} ${how}`, text: text || how };
    }
    default:
      return undefined;
  }
}

/** A code fence longer than any run of backticks inside. */
function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text.replace(/\n$/, '')}\n${fence}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
