import type { Closing } from './closing.ts';
import type { RelayOptions } from './relay-options.ts';
import type { Home } from './settings/home.ts';
import { type Logger, openLogs } from './settings/logs.ts';
import { type SettingsStore, watchSettings } from './settings/settings.ts';
import { type Backups, createBackups } from './store/backup.ts';
import { watchDatabaseFile } from './store/database-file.ts';
import { createEventStore, type EventStore } from './store/event-store.ts';
import { guardStore } from './store/guarded-store.ts';
import { openHomeDatabase } from './store/open-home-database.ts';
import { createQueries, type Queries } from './store/queries.ts';
import { createRescue } from './store/rescue.ts';

export interface Foundations extends Omit<RelayOptions, 'home'> {
  home: Home;
  settings: SettingsStore;
  store: EventStore;
  queries: Queries;
  log: Logger;
  /** What is wrong with the disk beside what the reactors meet. */
  diskTrouble: () => readonly string[];
  backups: Backups;
  keepDatabase: (lastWrites: () => void) => void;
}

const hoursInMs = (hours: number | null): number | null => hours && hours * 3_600_000;

/**
 * Opens what every part stands on: settings, logs, the database and what keeps it.
 * @param onGone it must all be opened anew, since the database was deleted
 * @param closing gets what has to be closed, also where it then fails
 * @throws the fault of file system or database; from the logs on it is in the log, too
 */
export async function openFoundations(
  home: Home,
  options: RelayOptions,
  onGone: () => void,
  closing: Closing,
): Promise<Foundations> {
  const settings = watchSettings(home, options.env, options.secrets);
  closing.push(() => settings.close());
  const logs = await openLogs({
    folder: home.logs,
    level: settings.current().logs.level,
    secrets: settings.secrets,
  });
  closing.push(() => logs.close());
  settings.onChange(() => logs.setLevel(settings.current().logs.level));
  const log = logs.logger;
  try {
    const db = await openHomeDatabase(home, options.atPoint);
    closing.push(() => db.close());
    const backups = createBackups({
      ...{ db, database: home.database, folder: home.backups, log },
      everyMs: () => hoursInMs(settings.current().backups.everyHours),
      keep: () => settings.current().backups.keep,
    });
    closing.push(() => backups.stop());
    const file = watchDatabaseFile(home);
    const store = guardStore(createEventStore(db, options.atPoint), file);
    const rescue = createRescue(db, home.database, file);
    const keepDatabase = (lastWrites: () => void) => {
      if (rescue(lastWrites)) setImmediate(onGone);
    };
    const diskTrouble = () => [logs.problem()].filter((problem) => problem !== undefined);
    return {
      ...{ ...options, home, settings, store, queries: createQueries(db), log },
      ...{ diskTrouble, backups, keepDatabase },
    };
  } catch (error) {
    log.error({ error }, 'the database could not be opened');
    throw error;
  }
}
