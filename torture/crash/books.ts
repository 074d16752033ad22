import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { tableRows } from '#core/engine/testing/engine-desk.ts';
import { openDatabase } from '#core/store/database.ts';
import { createEventStore } from '#core/store/event-store.ts';
import { readModelTables } from '#core/store/read-models.ts';
import type { Usage } from '#shared/usage.ts';
import type { Books, KeptCall } from './evidence.ts';

/** Reads what the database of a home says, from a copy of it, while no relay has it open. */
export async function readBooks(home: string): Promise<Books> {
  const folder = mkdtempSync(path.join(tmpdir(), 'relay-books-'));
  try {
    for (const ending of ['', '-wal']) {
      const from = path.join(home, `relay.db${ending}`);
      if (existsSync(from)) copyFileSync(from, path.join(folder, `relay.db${ending}`));
    }
    const db = await openDatabase(path.join(folder, 'relay.db'));
    try {
      const store = createEventStore(db);
      const before = tableRows(db, readModelTables);
      const calls = [...store.all(0)].flatMap((event): KeptCall[] => {
        const atMs = event.at;
        if (event.type === 'call.finished') {
          const { requestId, model, usage, costUsd } = event.payload;
          return [{ atMs, requestId, model, usage, costUsd, hasFailed: false }];
        }
        if (event.type !== 'call.failed') return [];
        const { fault, model, usage, costUsd } = event.payload;
        const { requestId = null } = fault;
        return [{ atMs, requestId, model, usage, costUsd, hasFailed: true }];
      });
      // The query's own columns.
      const spent = db
        .prepare(
          `SELECT coalesce(sum(cost_usd), 0) AS usd, coalesce(sum(input), 0) AS input,
             coalesce(sum(output), 0) AS output, coalesce(sum(cache_read), 0) AS cacheRead,
             coalesce(sum(cache_write_5m), 0) AS cacheWrite5m,
             coalesce(sum(cache_write_1h), 0) AS cacheWrite1h FROM spend`,
        )
        .get() as Usage & { usd: number };
      const { usd: spentUsd, ...spentTokens } = spent;
      store.rebuild();
      const after = tableRows(db, readModelTables);
      const staleTables = readModelTables.filter(
        (table) => !isDeepStrictEqual(before[table], after[table]),
      );
      return { calls, spentUsd, spentTokens, staleTables };
    } finally {
      db.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
