import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type Database, openDatabase } from '#core/store/database.ts';
import { createEventStore } from '#core/store/event-store.ts';
import { makeOlder } from '#core/store/testing/older-database.ts';
import type { CallId, ExchangeId, SessionId } from '#shared/ids.ts';
import { readBooks } from './books.ts';

const usage = { input: 12, output: 60, cacheRead: 2500, cacheWrite5m: 400, cacheWrite1h: 0 };

/** A home whose database holds one call. */
async function withHome(work: (home: string, db: Database) => Promise<void>): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), 'relay-books-test-'));
  const db = await openDatabase(path.join(home, 'relay.db'));
  try {
    const store = createEventStore(db);
    store.transaction(() =>
      store.append([
        {
          type: 'call.finished',
          // Ids of the forms that the brands ask for.
          ...{ sessionId: 's1' as SessionId, exchangeId: 'x1' as ExchangeId },
          payload: {
            ...{ callId: 'c1' as CallId, purpose: 'answer', model: 'claude-sonnet-5-5', usage },
            ...{ costUsd: 0.0025, savedByCacheUsd: 0, stopReason: 'end_turn' },
            ...{ requestId: 'req_1', firstTextMs: 1, durationMs: 2 },
          },
        },
      ]),
    );
    await work(home, db);
  } finally {
    db.close();
    rmSync(home, { recursive: true, force: true });
  }
}

test('the books say what was spent, also what is still in the log of the database', () =>
  withHome(async (home) => {
    expect(await readBooks(home)).toMatchObject({
      calls: [{ requestId: 'req_1', costUsd: 0.0025, usage, hasFailed: false }],
      ...{ spentUsd: 0.0025, spentTokens: usage, staleTables: [] },
    });
  }));

test('a read model that was changed by other hands is found', () =>
  withHome(async (home, db) => {
    db.exec('UPDATE spend SET calls = 2');
    expect((await readBooks(home)).staleTables).toEqual(['spend']);
    db.exec("INSERT INTO briefs VALUES ('s1', 'Be quick.', 'owner', 1)");
    expect((await readBooks(home)).staleTables).toEqual(['spend', 'briefs']);
  }));

test('a database that was made older holds the same events, and opens like new', () =>
  withHome(async (home, db) => {
    db.close();
    makeOlder(path.join(home, 'relay.db'));
    expect(await readBooks(home)).toMatchObject({ spentUsd: 0.0025, staleTables: [] });
  }));
