import type { CostRow, SessionSummary } from '#shared/models.ts';
import { addUsage, noUsage } from '#shared/usage.ts';
import { useQuery } from '../../components/use-query.ts';
import { useActions, useRelay } from '../../state/context.ts';
import { cacheRate, costWords, percent } from '../../text/cost-figures.ts';
import { localDay } from '../../text/time.ts';
import { words } from '../../words.ts';
import { Part } from './part.tsx';

/** What the session cost, today and in 30 days. */
export function CostPart({ session }: { session: SessionSummary }) {
  const actions = useActions();
  const calls = useRelay((state) => state.snapshot?.cost.calls ?? 0);
  const { value } = useQuery('cost.rows', {}, calls);
  if (!value) return null;
  const rows = value.filter((row) => row.session === session.id);
  const today = localDay(Date.now());
  const {
    title,
    none,
    all,
    days,
    today: todayName,
    calls: callsName,
    cached,
    estimate,
  } = words.details.cost;
  const usage = rows.reduce((sum, row) => addUsage(sum, row), noUsage);
  return (
    <Part title={title}>
      {rows.length === 0 ? (
        <p>{none}</p>
      ) : (
        <dl className="facts details-figures">
          <Figure name={todayName} value={spent(rows.filter(({ day }) => day === today))} />
          <Figure name={days} value={spent(rows)} />
          <Figure name={callsName} value={String(rows.reduce((sum, row) => sum + row.calls, 0))} />
          <Figure name={cached} value={percent(cacheRate(usage))} />
        </dl>
      )}
      {rows.some(({ estimatedUsd }) => estimatedUsd > 0) && (
        <p className="details-about">{estimate}</p>
      )}
      <button type="button" className="text-button quiet" onClick={() => actions.go('costs')}>
        {all}
      </button>
    </Part>
  );
}

const spent = (rows: readonly CostRow[]): string =>
  costWords({
    usd: rows.reduce((sum, { usd }) => sum + usd, 0),
    estimatedUsd: rows.reduce((sum, { estimatedUsd }) => sum + estimatedUsd, 0),
  });

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
