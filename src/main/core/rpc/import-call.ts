import type { RelayEvent } from '#shared/events.ts';
import type { RpcOutput, RpcParsedInput, RpcResult } from '#shared/rpc.ts';
import type { Command } from '../engine/command.ts';
import { defaultConversation } from '../engine/decide/decision.ts';
import { eventOfHistory } from '../engine/decide/history.ts';
import type { Queries } from '../store/queries.ts';

/**
 * Brings in a history. An entry that tells its time and is there already, word for word, is left out:
 * whoever was interrupted brings in the whole file again.
 */
export function importHistory(
  { entries, conversationId = defaultConversation }: RpcParsedInput<'history.import'>,
  { queries, execute }: { queries: Queries; execute: (command: Command) => Imported },
): RpcResult<RpcOutput<'history.import'>> {
  const known = new Set(queries.imported(conversationId).map(keyOf));
  const isKnown = (entry: (typeof entries)[number]) => {
    const event = eventOfHistory(entry, conversationId);
    return event !== undefined && known.has(keyOf(event));
  };
  const fresh = entries.filter((entry) => !isKnown(entry));
  const outcome = execute({ kind: 'importHistory', entries: fresh, conversationId });
  if (!outcome.ok) return outcome;
  const messages = outcome.value.filter(
    ({ type }) => type === 'user_message' || type === 'agent_message',
  );
  const value = { imported: messages.length, known: entries.length - fresh.length };
  return { ok: true, value };
}

type Imported = RpcResult<readonly RelayEvent[]>;

/** Two events are the same word when they say the same, of the same, at the same time. */
const keyOf = ({
  type,
  sessionId,
  payload,
}: Pick<RelayEvent, 'type' | 'payload'> & { sessionId?: string | null }) =>
  JSON.stringify([type, sessionId ?? null, payload]);
