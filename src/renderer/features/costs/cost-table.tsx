import { formatTokens } from '#shared/format.ts';
import { costWords } from '../../text/cost-figures.ts';
import { words } from '../../words.ts';
import type { Group } from './cost-groups.ts';

interface Props {
  title: string;
  nameColumn: string;
  groups: readonly Group[];
}

/** What a chart shows, in numbers. */
export function CostTable({ title, nameColumn, groups }: Props) {
  const { columns } = words.costs;
  return (
    <details className="chart-table">
      <summary>{words.costs.table}</summary>
      <div className="table-scroll">
        <table className="table">
          <caption className="hidden-words">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{nameColumn}</th>
              <th scope="col">{columns.cost}</th>
              <th scope="col">{columns.calls}</th>
              <th scope="col">{columns.cached}</th>
              <th scope="col">{columns.written}</th>
              <th scope="col">{columns.input}</th>
              <th scope="col">{columns.output}</th>
            </tr>
          </thead>
          <tbody>
            {groups.map(({ key, name, usd, estimatedUsd, calls, tokens }) => (
              <tr key={key}>
                <th scope="row">{name}</th>
                <td>{costWords({ usd, estimatedUsd })}</td>
                <td>{calls}</td>
                <td>{formatTokens(tokens.cacheRead)}</td>
                <td>{formatTokens(tokens.cacheWrite5m + tokens.cacheWrite1h)}</td>
                <td>{formatTokens(tokens.input)}</td>
                <td>{formatTokens(tokens.output)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
