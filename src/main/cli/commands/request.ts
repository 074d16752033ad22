import type { CallId, ExchangeId } from '#shared/ids.ts';
import type { RpcOutput } from '#shared/rpc.ts';
import type { CommandContext } from '../terminal.ts';
import { asJson, showQuery } from '../with-relay.ts';

/** What was sent to the supervisor with one call, as JSON; on stderr how sure that is. */
export function request(
  context: CommandContext,
  exchange: string,
  call: string | undefined,
  { json }: { json?: boolean },
): Promise<number> {
  // Casts: whatever was typed; the relay checks it by the contract.
  const callId = call === undefined ? {} : { callId: call as CallId };
  const input = { exchangeId: exchange as ExchangeId, ...callId };
  const show = (found: RpcOutput<'exchange.request'>) => {
    context.terminal.complain(sureness(found));
    return asJson(found.body);
  };
  return showQuery(context, 'exchange.request', input, show, json ? { json } : {});
}

function sureness({ parts, lacksThinking }: RpcOutput<'exchange.request'>): string {
  const other = parts.filter(({ agrees }) => agrees === false).map(({ name }) => name);
  const thinking = lacksThinking ? ' What was thought between the tools is kept nowhere.' : '';
  if (parts.some(({ agrees }) => agrees === null)) {
    return `Made anew from the events; older calls keep nothing to compare it with.${thinking}`;
  }
  return other.length === 0
    ? `Made anew from the events; it is what was sent.${thinking}`
    : `Made anew from the events; not as it was sent: ${other.join(', ')}.${thinking}`;
}
