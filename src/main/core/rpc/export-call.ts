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
  if (format === 'markdown') {
    for (const piece of asMarkdown(wanted())) text += piece;
  } else {
    for (const event of wanted()) text += `${JSON.stringify(event)}\n`;
  }
  if (text.length <= mostCharacters) return { ok: true, value: { text } };
  const message = 'This is too long for the window. Use: relay export';
  return { ok: false, error: { code: 'failed', message } };
}
