import { useState } from 'react';
import { formatTokens, formatUsd } from '#shared/format.ts';
import type { ExchangeId } from '#shared/ids.ts';
import type { ModelPrice } from '#shared/models.ts';
import type { Usage } from '#shared/usage.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { span } from '../../text/time.ts';
import { words } from '../../words.ts';
import { type CallFacts, type PriceLine, priceLines, tokenKinds } from './calls.ts';
import { costWords } from './cost-words.ts';
import { RequestJson } from './request-json.tsx';

interface Props {
  exchangeId: ExchangeId;
  call: CallFacts;
  number: number;
  isOpen: boolean;
  price: ModelPrice | undefined;
}

/** What one call sent, used and cost. */
export function CallReceipt({ exchangeId, call, number, isOpen, price }: Props) {
  const { usage, started, finished, model } = call;
  const [isRequestOpen, setRequestOpen] = useState(false);
  const { requestFacts } = words.receipt;
  const facts: [string, string][] = [
    [requestFacts.model, model],
    [requestFacts.range, requestFacts.rangeOf(started.fromSeq, started.toSeq)],
    [requestFacts.estimated, formatTokens(started.estimatedTokens)],
    [requestFacts.maxTokens, formatTokens(started.maxTokens)],
    ...(finished ? [[requestFacts.stopReason, finished.stopReason] as [string, string]] : []),
  ];
  return (
    <details className="call" open={isOpen}>
      <summary>
        <CallLine call={call} number={number} />
      </summary>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {finished?.requestId && (
          <div className="fact-long">
            <dt>{requestFacts.requestId}</dt>
            <dd>
              <code title={finished.requestId}>{finished.requestId}</code>
            </dd>
          </div>
        )}
      </dl>
      {usage && (
        <>
          <h4>{words.receipt.tokens}</h4>
          <UsageBar usage={usage} />
          <h4>{words.receipt.price}</h4>
          <Price call={call} usage={usage} price={price} />
        </>
      )}
      <details className="raw" onToggle={(event) => setRequestOpen(event.currentTarget.open)}>
        <summary>{words.receipt.sent.title}</summary>
        {isRequestOpen && <RequestJson exchangeId={exchangeId} callId={started.callId} />}
      </details>
    </details>
  );
}

/** One call in one line: what it was for, how long it took, what it cost and what it wanted. */
function CallLine({ call, number }: { call: CallFacts; number: number }) {
  const { started, finished, failed, model, tools, costUsd, usage } = call;
  const took = (finished ?? failed)?.durationMs;
  const { call: say } = words.receipt;
  return (
    <>
      <b>{say.name(number)}</b>
      <span>{say.purpose[started.purpose]}</span>
      <span>{model.replace(/^claude-/, '')}</span>
      {took !== undefined && <span>{span(took)}</span>}
      {usage && <span>{costWords({ costUsd, isEstimate: call.isEstimate })}</span>}
      {failed && <span className="is-bad">{say.failed}</span>}
      {tools.length > 0 && <span>{say.tools(harmlessLine(tools.join(', ')))}</span>}
    </>
  );
}

/** The parts of a call's tokens side by side; the numbers stand below, so the bar is not alone. */
function UsageBar({ usage }: { usage: Usage }) {
  const total = tokenKinds.reduce((sum, kind) => sum + usage[kind], 0) || 1;
  let x = 0;
  return (
    <svg className="usage-bar" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">
      {tokenKinds.map((kind) => {
        const width = (usage[kind] / total) * 1000;
        const from = x;
        x += width;
        if (width === 0) return null;
        return <rect key={kind} className={`usage-${kind}`} x={from} width={width} height="12" />;
      })}
    </svg>
  );
}

function Price({
  call,
  usage,
  price,
}: {
  call: CallFacts;
  usage: Usage;
  price?: ModelPrice | undefined;
}) {
  const { costUsd, savedUsd, isEstimate } = call;
  const lines: PriceLine[] = price
    ? priceLines(usage, price)
    : tokenKinds
        .filter((kind) => usage[kind] > 0)
        .map((kind) => ({ kind, tokens: usage[kind], rate: 0, usd: 0 }));
  const sum = lines.reduce((total, { usd }) => total + usd, 0);
  const isChanged = price && costUsd !== null && Math.abs(sum - costUsd) > 1e-6;
  return (
    <>
      <table className="table price-table">
        <tbody>
          {lines.map(({ kind, tokens, rate, usd }) => (
            <tr key={kind}>
              <th scope="row">
                <span className={`swatch usage-${kind}`} aria-hidden="true" />
                {words.receipt.usage[kind]}
              </th>
              <td>{tokens.toLocaleString('en')}</td>
              <td>{price ? `${formatUsd(rate)} ${words.receipt.perMillion}` : ''}</td>
              <td>{price ? formatUsd(usd) : ''}</td>
            </tr>
          ))}
          <tr className="total-row">
            <th scope="row">{words.receipt.total}</th>
            <td />
            <td />
            <td>{costUsd === null ? '' : costWords({ costUsd, isEstimate })}</td>
          </tr>
        </tbody>
      </table>
      <p className="quiet">
        {costUsd === null && words.receipt.unknownPrice}
        {savedUsd > 0 && words.receipt.saved(formatUsd(savedUsd))}
        {savedUsd < 0 && words.receipt.costMore(formatUsd(-savedUsd))}{' '}
        {isChanged && words.receipt.pricesChanged} {isEstimate && words.receipt.estimateNote}
      </p>
    </>
  );
}
