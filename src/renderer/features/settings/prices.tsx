import { formatTokens, formatUsd } from '#shared/format.ts';
import type { TokenRates } from '#shared/models.ts';
import { useQuery } from '../../components/use-query.ts';
import { words } from '../../words.ts';

const kinds = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;

/** What each model costs, by the price table in force. */
export function Prices() {
  const { value } = useQuery('prices.list', {});
  if (!value) return null;
  const { modelColumns } = words.settings;
  const rows = value.models.flatMap(({ model, above, ...rates }): [string, TokenRates][] => [
    [model, rates],
    ...(above
      ? [
          [`${model}, ${words.settings.above(formatTokens(above.promptTokens))}`, above] satisfies [
            string,
            TokenRates,
          ],
        ]
      : []),
  ]);
  return (
    <section className="block">
      <h3>{words.settings.models}</h3>
      <p className="quiet">
        {words.settings.modelsBody(value.date)} <code className="setting-key">prices</code>
      </p>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{modelColumns.model}</th>
              {kinds.map((kind) => (
                <th key={kind} scope="col">
                  {modelColumns[kind]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, rates]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {kinds.map((kind) => (
                  <td key={kind}>{formatUsd(rates[kind])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
