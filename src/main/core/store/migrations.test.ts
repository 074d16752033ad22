import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import { createEventStore } from './event-store.ts';
import { migrations } from './migrations.ts';
import { createQueries } from './queries.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'relay-migrations-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A database as the first versions wrote it. */
function writeOld(file: string, steps: number): void {
  const db = new BetterSqlite(file);
  for (const sql of migrations.slice(0, steps)) db.exec(sql);
  db.pragma(`user_version = ${steps}`);
  const insert = db.prepare(
    `INSERT INTO events (id, ts_ns, type, session_id, conversation_id, payload)
     VALUES (?, 1000000, ?, 's-1', 'default', ?)`,
  );
  insert.run('a', 'user_message', '{"author":"session","text":"An old tide.","via":null}');
  insert.run('b', 'tool_call', '{"name":"bash","input":{"command":"tide --old"},"callId":"c1"}');
  insert.run('c', 'relay.stopped', '{}');
  db.close();
}

test.each([1, 2])('what was said before there was an index (schema %i) is found', async (steps) => {
  const file = path.join(folder, 'relay.db');
  writeOld(file, steps);
  const db = await openDatabase(file);
  const found = createQueries(db).search({ text: 'tide old', limit: 10 });
  expect(found.map(({ event }) => event.seq)).toEqual([2, 1]);
  db.close();
  expect(readdirSync(folder)).toContain(`relay.db.backup-${steps}`);
});

test('read models that are newer than the events are made from them at the first start', async () => {
  const file = path.join(folder, 'relay.db');
  writeOld(file, 2);
  const old = new BetterSqlite(file);
  const about = "'s-1', 'default', 'x1'";
  old.exec(`INSERT INTO events (id, ts_ns, type, session_id, conversation_id, exchange_id, payload)
    VALUES ('d', 2000000, 'exchange.opened', ${about}, '{"origin":"envelope","saidKey":""}'),
      ('e', 3000000, 'agent_message', ${about}, '{"text":"Go on.","callId":"c1","model":"m"}'),
      ('f', 4000000, 'dispatch.queued', ${about}, '{"dispatchId":"d1","origin":"supervisor","text":"Go on."}')`);
  old.close();
  const db = await openDatabase(file);
  createEventStore(db);
  const rows = createQueries(db).outcomes.rows('');
  expect(rows).toMatchObject([{ session: 's-1', model: 'm', replies: 1 }]);
  createEventStore(db);
  expect(createQueries(db).outcomes.rows('')).toEqual(rows);
  expect(createQueries(db).search({ text: 'tide', limit: 5 })).toHaveLength(2);
  db.close();
});

test('what was counted before there were totals is in them', async () => {
  const file = path.join(folder, 'relay.db');
  const before = migrations.findIndex((step) => step.includes('CREATE TABLE spend_totals'));
  writeOld(file, before);
  const old = new BetterSqlite(file);
  old.exec(`INSERT INTO spend (day, session_id, model, purpose, calls, input, cost_usd) VALUES
    ('2026-03-01', 's-1', 'm', 'answer', 2, 10, 1), ('2026-03-02', 's-1', 'm', 'summary', 1, 5, 0.5),
    ('2026-03-02', 's-2', 'm', 'answer', 1, 1, 2)`);
  old.exec(`INSERT INTO outcomes (day, session_id, model, replies, escalations) VALUES
    ('2026-03-01', 's-1', 'm', 3, 1), ('2026-03-02', 's-2', 'm', 2, 0)`);
  old.close();
  const db = await openDatabase(file);
  const { all, sessions, models, days, purposes } = createQueries(db).spendTotals();
  expect(all).toMatchObject({ calls: 4, input: 16, usd: 3.5 });
  const usd = (lines: { key: string; usd: number }[]) => lines.map((line) => [line.key, line.usd]);
  expect(usd(sessions)).toEqual([
    ['s-2', 2],
    ['s-1', 1.5],
  ]);
  expect(usd(models)).toEqual([['m', 3.5]]);
  expect(usd(days)).toEqual([
    ['2026-03-01', 1],
    ['2026-03-02', 2.5],
  ]);
  expect(usd(purposes)).toEqual([
    ['answer', 3],
    ['summary', 0.5],
  ]);
  const outcomes = createQueries(db).outcomes.totals();
  expect(outcomes.all).toMatchObject({ replies: 5, escalations: 1 });
  expect(outcomes.sessions).toMatchObject([
    { key: 's-1', replies: 3 },
    { key: 's-2', replies: 2 },
  ]);
  expect(outcomes.days.map(({ key }) => key)).toEqual(['2026-03-01', '2026-03-02']);
  db.close();
});
