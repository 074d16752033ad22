import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RelayEvent } from '#shared/events.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { createEventStore, type EventStore } from '../../store/event-store.ts';
import { createQueries, type Queries } from '../../store/queries.ts';
import { type Bus, createBus } from '../bus.ts';
import type { Command } from '../command.ts';
import type { Policy } from '../decide/decision.ts';
import { createEngine, type Engine } from '../engine.ts';
import { easyPolicy } from './pure-relay.ts';

/** An engine on a database of its own, without reactors: nothing happens by itself. */
export interface EngineDesk extends Disposable {
  folder: string;
  db: Database;
  store: EventStore;
  queries: Queries;
  bus: Bus;
  engine: Engine;
  policy: Policy;
  /** Epoch milliseconds; read by the engine and by whoever is given `() => desk.now`. */
  now: number;
  /** Committed since the desk was opened, in order. */
  published: RelayEvent[];
  does(command: Command): RelayEvent[];
  /** Another engine on the same store, as after a restart. */
  reopenEngine(): void;
}

export async function openDesk(policy: Partial<Policy> = {}): Promise<EngineDesk> {
  const folder = mkdtempSync(path.join(tmpdir(), 'relay-desk-'));
  const db = await openDatabase(path.join(folder, 'relay.db'));
  // A test's machine does not lose power.
  db.pragma('synchronous = OFF');
  const store = createEventStore(db);
  const published: RelayEvent[] = [];
  const bus = createBus((error) => {
    throw error;
  });
  bus.subscribe((event) => published.push(event));
  const open = () =>
    createEngine({
      ...{ store, bus, policy: () => desk.policy },
      ...{ now: () => desk.now, chance: () => 0 },
    });
  const desk: Omit<EngineDesk, 'engine'> & { engine?: Engine } = {
    ...{ folder, db, store, bus, published, queries: createQueries(db) },
    policy: { ...easyPolicy, ...policy },
    now: Date.now(),
    does(command) {
      const outcome = opened.engine.execute(command);
      if (!outcome.ok) throw new Error(`${command.kind}: ${outcome.refusal.message}`);
      return outcome.events;
    },
    reopenEngine() {
      opened.engine = open();
    },
    [Symbol.dispose]() {
      db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  // The engine asks the desk for its clock and policy, so that it can only come after it.
  const opened: EngineDesk = Object.assign(desk, { engine: open() });
  return opened;
}

/** Every row of the given tables, to compare. */
export function tableRows(db: Database, tables: readonly string[]): Record<string, unknown[]> {
  return Object.fromEntries(
    tables.map((table) => {
      const columns = db.prepare(`SELECT * FROM ${table} LIMIT 0`).columns();
      const order = columns.map((_, index) => index + 1).join(', ');
      return [table, db.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).all()];
    }),
  );
}
