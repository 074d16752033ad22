import type { Usage } from '#shared/usage.ts';
import type { Database } from './database.ts';

/** What was spent on one key of a dimension. */
export interface SpendTotal extends Usage {
  /** A day, hour, session, model or purpose; empty for the one line of `all`. */
  key: string;
  calls: number;
  usd: number;
  estimatedUsd: number;
  savedUsd: number;
  unpricedCalls: number;
}

/** Kept as it is spent, so that a look costs the same at any history. */
export interface SpendTotals {
  all: SpendTotal | undefined;
  /** The dearest hundred. */
  sessions: SpendTotal[];
  models: SpendTotal[];
  purposes: SpendTotal[];
  /** The last 30 days that cost something, the oldest first. */
  days: SpendTotal[];
}

/** A row of the table `spend`, as the statement takes it. */
export interface Spent extends Usage {
  day: string;
  /** Local date and hour, `2026-11-21T09`. */
  hour: string;
  session: string;
  model: string;
  purpose: string;
  cost: number;
  estimated: number;
  saved: number;
  unpriced: number;
}

/** Adds to the table `spend_totals`: one row for each value of each dimension. */
export function createSpendTotals(db: Database): (spent: Spent) => void {
  const add = db.prepare(
    `INSERT INTO spend_totals VALUES (@dimension, @key, 1, @input, @output, @cacheRead,
       @cacheWrite5m, @cacheWrite1h, @cost, @saved, @unpriced, @estimated)
     ON CONFLICT DO UPDATE SET calls = calls + 1, input = input + excluded.input,
       output = output + excluded.output, cache_read = cache_read + excluded.cache_read,
       cache_write_5m = cache_write_5m + excluded.cache_write_5m,
       cache_write_1h = cache_write_1h + excluded.cache_write_1h,
       cost_usd = cost_usd + excluded.cost_usd, saved_usd = saved_usd + excluded.saved_usd,
       unpriced_calls = unpriced_calls + excluded.unpriced_calls,
       estimated_usd = estimated_usd + excluded.estimated_usd`,
  );
  return (spent) => {
    const { day, hour, session, model, purpose } = spent;
    const keys = { all: '', day, hour, session, model, purpose };
    for (const [dimension, key] of Object.entries(keys)) {
      add.run({ ...spent, dimension, key });
    }
  };
}

const selectTotals = (db: Database, rest: string) =>
  db.prepare(
    `SELECT "key", calls, input, output, cache_read AS cacheRead,
       cache_write_5m AS cacheWrite5m, cache_write_1h AS cacheWrite1h, cost_usd AS usd,
       estimated_usd AS estimatedUsd, saved_usd AS savedUsd, unpriced_calls AS unpricedCalls
     FROM spend_totals WHERE ${rest}`,
  );

/** The hours of a day (local date) that cost something, in order. */
export function createSpendHoursQuery(db: Database): (day: string) => SpendTotal[] {
  const hours = selectTotals(db, `dimension = 'hour' AND "key" BETWEEN ? AND ? ORDER BY "key"`);
  // The rows have the columns their statement names; better-sqlite3 cannot type that.
  return (day) => hours.all(`${day}T00`, `${day}T23`) as SpendTotal[];
}

export function createSpendTotalsQuery(db: Database): () => SpendTotals {
  const select = (rest: string) => selectTotals(db, rest);
  const all = select(`dimension = 'all'`);
  const sessions = select(`dimension = 'session' ORDER BY cost_usd DESC LIMIT 100`);
  const models = select(`dimension = 'model' ORDER BY cost_usd DESC`);
  const purposes = select(`dimension = 'purpose' ORDER BY cost_usd DESC`);
  const days = select(`dimension = 'day' ORDER BY "key" DESC LIMIT 30`);
  // The rows have the columns their statement names; better-sqlite3 cannot type that.
  return () => ({
    all: all.get() as SpendTotal | undefined,
    sessions: sessions.all() as SpendTotal[],
    models: models.all() as SpendTotal[],
    purposes: purposes.all() as SpendTotal[],
    days: (days.all() as SpendTotal[]).reverse(),
  });
}
