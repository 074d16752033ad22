import { formatTokens, formatUsd } from '#shared/format.ts';
import type { ModelPrice } from '#shared/models.ts';
import type { Usage } from '#shared/usage.ts';
import { words } from '../../words.ts';
import { type CallFacts, type PriceLine, priceLines, tokenKinds } from './calls.ts';

interface Props {
  call: CallFacts;
  price: ModelPrice | undefined;
}

/** What one call sent, used and cost. */
export function CallReceipt({ call, price }: Props) {
  const { usage, started, finished, model } = call;
  const { requestFacts } = words.receipt;
  const facts: [string, string][] = [
    [requestFacts.model, model],
    [requestFacts.range, requestFacts.rangeOf(started.fromSeq, started.toSeq)],
    [requestFacts.estimated, formatTokens(started.estimatedTokens)],
    [requestFacts.maxTokens, formatTokens(started.maxTokens)],
    ...(finished ? [[requestFacts.stopReason, finished.stopReason] as [string, string]] : []),
    ...(finished?.requestId
      ? [[requestFacts.requestId, finished.requestId] as [string, string]]
      : []),
  ];
  return (
    <>
      <section>
        <h3>{words.receipt.request}</h3>
        <dl className="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      {usage && (
        <section>
          <h3>{words.receipt.tokens}</h3>
          <UsageBar usage={usage} />
          <h3>{words.receipt.price}</h3>
          <Price call={call} usage={usage} price={price} />
        </section>
      )}
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
  const { costUsd, savedUsd } = call;
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
            <td>{costUsd === null ? '' : formatUsd(costUsd)}</td>
          </tr>
        </tbody>
      </table>
      <p className="quiet">
        {costUsd === null && words.receipt.unknownPrice}
        {savedUsd > 0 && words.receipt.saved(formatUsd(savedUsd))}
        {savedUsd < 0 && words.receipt.costMore(formatUsd(-savedUsd))}{' '}
        {isChanged && words.receipt.pricesChanged}
      </p>
    </>
  );
}
