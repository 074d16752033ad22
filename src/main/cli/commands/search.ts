import type { RelayEvent } from '#shared/events.ts';
import type { SessionId } from '#shared/ids.ts';
import type { RpcOutput } from '#shared/rpc.ts';
import type { CommandContext, Terminal } from '../terminal.ts';
import { printable } from '../text.ts';
import { showQuery } from '../with-relay.ts';

export interface SearchOptions {
  json?: boolean;
  session?: string;
  limit: number;
}

/** Everything that was said with these words in it. */
export function search(
  context: CommandContext,
  words: readonly string[],
  { json, session, limit }: SearchOptions,
): Promise<number> {
  // A cast: whatever was typed; the relay checks it by the contract.
  const place = session === undefined ? {} : { sessionId: session as SessionId };
  const input = { text: words.join(' '), limit, ...place };
  const show = (found: RpcOutput<'events.search'>) => describe(found, context.terminal);
  return showQuery(context, 'events.search', input, show, json ? { json } : {});
}

function describe({ events, excerpts }: RpcOutput<'events.search'>, terminal: Terminal): string {
  if (events.length === 0) return 'Nothing was said with these words.\n';
  return events
    .map((event, index) => {
      const { seq, at, sessionId, conversationId, exchangeId } = event;
      const time = new Date(at).toLocaleString('sv-SE');
      const who = sessionId ?? conversationId ?? '';
      const text = (excerpts[index] ?? [])
        .map((part) =>
          part.isMatch ? terminal.accent(printable(part.text)) : printable(part.text),
        )
        .join('');
      const place = [...(exchangeId === null ? [] : [exchangeId]), `#${seq}`].join('  ');
      const head = `${time}  ${printable(who)}  ${speakerOf(event)}  ${place}`;
      return `${terminal.muted(head)}\n  ${text}\n`;
    })
    .join('');
}

/** Whose words they are. */
function speakerOf(event: RelayEvent): string {
  if (event.type === 'user_message') return event.payload.author;
  if (event.type === 'agent_message') return 'supervisor';
  return event.type.replaceAll('_', ' ');
}
