import type { RelayEvent } from '#shared/events.ts';
import type { RpcOutput, RpcParsedInput, RpcResult } from '#shared/rpc.ts';
import { asMarkdown } from '../export/markdown.ts';
import type { EventStore } from '../store/event-store.ts';

/** More than a window can hold; the command line has no limit. */
const mostCharacters = 64 * 1024 * 1024;

/** What was said in a session or a conversation, as one text. */
export function exportConversation(
  store: EventStore,
  { sessionId, conversationId, format }: RpcParsedInput<'conversation.export'>,
): RpcResult<RpcOutput<'conversation.export'>> {
  function* wanted() {
    for (const event of store.all(0)) {
      if (sessionId !== undefined && event.sessionId !== sessionId) continue;
      if (conversationId !== undefined && event.conversationId !== conversationId) continue;
      yield event;
    }
  }
  let text = '';
  for (const piece of format === 'markdown' ? asMarkdown(wanted()) : asJsonLines(wanted())) {
    text += piece;
    if (text.length > mostCharacters) {
      const message = 'This is too long for the window. Use: relay export';
      return { ok: false, error: { code: 'failed', message } };
    }
  }
  return { ok: true, value: { text } };
}

function* asJsonLines(events: Iterable<RelayEvent>): Iterable<string> {
  for (const event of events) yield `${JSON.stringify(event)}\n`;
}
