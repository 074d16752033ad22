import { words } from '../../words.ts';
import { type DecisionGroup, ratesOf } from './decision-rates.ts';
import { rateWords } from './rate-chart.tsx';

interface Props {
  title: string;
  nameColumn: string;
  groups: readonly DecisionGroup[];
}

/** What was decided and what became of it, in numbers. */
export function DecisionTable({ title, nameColumn, groups }: Props) {
  const { columns } = words.costs.decisions;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard.
    <div className="table-scroll" tabIndex={0}>
      <table className="table">
        <caption className="hidden-words">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{nameColumn}</th>
            {Object.values(columns).map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map(({ key, name, counts }) => {
            const { wrong, needless } = ratesOf(counts);
            const { draftsApproved, draftsEdited, draftsDropped } = counts;
            return (
              <tr key={key}>
                <th scope="row">{name}</th>
                <td>{counts.replies}</td>
                <td>{rateWords(wrong)}</td>
                <td>{counts.escalations}</td>
                <td>{rateWords(needless)}</td>
                <td>{draftsApproved + draftsEdited + draftsDropped}</td>
                <td>{draftsEdited}</td>
                <td>{draftsDropped}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
