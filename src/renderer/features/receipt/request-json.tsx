import type { CallId, ExchangeId } from '#shared/ids.ts';
import type { RpcOutput } from '#shared/rpc.ts';
import { Button } from '../../components/button.tsx';
import { JsonTree } from '../../components/json-tree.tsx';
import { useQuery } from '../../components/use-query.ts';
import { useActions } from '../../state/context.ts';
import { words } from '../../words.ts';

/** What was sent with a call, folded, and how sure that is. Asked for when it is opened. */
export function RequestJson({ exchangeId, callId }: { exchangeId: ExchangeId; callId: CallId }) {
  const actions = useActions();
  const { value, problem } = useQuery('exchange.request', { exchangeId, callId });
  if (problem !== '') return <p className="quiet">{problem}</p>;
  if (!value) return <p className="quiet">{words.receipt.sent.wait}</p>;
  return (
    <div className="request-json">
      <div className="request-note">
        <p className="quiet">{sureness(value)}</p>
        <Button onClick={() => actions.copy(JSON.stringify(value.body, null, 2))}>
          {words.receipt.sent.copy}
        </Button>
      </div>
      <JsonTree value={value.body} />
    </div>
  );
}

/** First what is known to agree, then what does not, then what is not there. */
function sureness({ provider, parts, lacksThinking }: RpcOutput<'exchange.request'>): string {
  const { sent } = words.receipt;
  const other = parts.filter(({ agrees }) => agrees === false).map(({ name }) => sent.parts[name]);
  const isUnknown = parts.some(({ agrees }) => agrees === null);
  const sentences = [
    isUnknown ? sent.unknown : other.length === 0 ? sent.same : sent.other(other.join(', ')),
    lacksThinking ? sent.lacksThinking : '',
    provider === 'claude-code' ? sent.claudeCode : '',
  ];
  return sentences.filter(Boolean).join(' ');
}
