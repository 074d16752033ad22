import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { migrations } from '../src/main/core/store/migrations.ts';
import { type History, openHistory, type Place } from './history.ts';

const cache = join(import.meta.dirname, '..', '.cache', 'bench');
/** Raise it when what is built here changes. */
const version = 1;
const exchangesPerDay = 500;
const sessionsAtOnce = 10;
const exchangesPerSession = 50;
const summariseEvery = 60;
const inOneTransaction = 100;
const dayMs = 86_400_000;

/** The conversation that is looked at: its window is the same in every store, whatever lies before. */
export const probed: Place = { session: 'probe', project: 'probe' };
const probedExchanges = 40;
const eventsOfProbe = probedExchanges * 11 + 12;

/**
 * A store with so many events, as a relay would have them after so many exchanges: 500 a day, ten
 * sessions at a time, a new one after 50. Built by the engine itself; kept for the next run as long
 * as the schema is the same and what the runs append is little.
 */
export async function growthStore(
  events: number,
  endAt: number,
  say: (line: string) => void,
): Promise<History> {
  const file = join(cache, `${events}-schema${migrations.length}-v${version}.db`);
  mkdirSync(cache, { recursive: true });
  if (existsSync(file)) {
    const kept = await openHistory(file, endAt);
    const ratio = kept.store.lastSeq() / events;
    if (ratio >= 0.97 && ratio <= 1.03) return kept;
    kept.close();
  }
  for (const name of readdirSync(cache)) {
    if (name.startsWith(`${events}-`)) rmSync(join(cache, name));
  }
  const from = performance.now();
  const days = events / 11 / exchangesPerDay;
  const built = await openHistory(file, Math.round(endAt - days * dayMs));
  fill(built, events - eventsOfProbe, endAt);
  built.db.pragma('wal_checkpoint(TRUNCATE)');
  say(`built ${events} events in ${((performance.now() - from) / 1000).toFixed(0)} s`);
  return built;
}

function fill(history: History, events: number, endAt: number): void {
  const { store } = history;
  const startAt = history.now;
  for (let n = 0; store.lastSeq() < events; ) {
    store.transaction(() => {
      for (let end = n + inOneTransaction; n < end && store.lastSeq() < events; n += 1) {
        history.now = Math.round(startAt + (n / exchangesPerDay) * dayMs);
        history.exchange(placeOf(n));
        if (n % summariseEvery === 0) history.summarise(projectOf(n / summariseEvery));
      }
    }, 'soon');
  }
  history.now = endAt;
  store.transaction(() => {
    history.exchange(probed);
    history.summarise(probed.project);
    for (let n = 0; n < probedExchanges; n += 1) history.exchange(probed);
  }, 'soon');
}

const projectOf = (session: number): string => `p${session % 7}`;

/** Who speaks in the n-th exchange of a store. */
export function placeOf(n: number): Place {
  const round = Math.floor(n / (sessionsAtOnce * exchangesPerSession));
  const session = round * sessionsAtOnce + (n % sessionsAtOnce);
  return { session: `session-${session}`, project: projectOf(session) };
}
