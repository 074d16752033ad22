import { existsSync } from 'node:fs';
import { listBackups } from '#core/store/backup-files.ts';
import { damageOf } from '#core/store/open-home-database.ts';
import { writeFaultSentence } from '#core/store/write-fault.ts';
import { formatCount } from '#shared/format.ts';
import { type Check, fault, good, note, type Patient } from './check.ts';

/** Whether what is stored is whole, and would come back if it were not. */
export async function checkDatabase(patient: Patient): Promise<Check[]> {
  const { home, relay } = patient;
  if (!existsSync(home.root)) return [];
  const checks = [await checkFile(patient), checkBackups(patient)];
  const status = await relay?.call('status', {});
  if (!status?.ok) return checks;
  // The settings are a check of their own.
  const running = status.value.problems.filter((problem) => !patient.problems.includes(problem));
  return [...checks, ...running.map((problem) => fault('relay', problem))];
}

async function checkFile({ home: { database, backups } }: Patient): Promise<Check> {
  if (!existsSync(database)) {
    return listBackups(backups).length > 0
      ? fault('store', `${database} is gone, and there are backups of it. Run: relay restore`)
      : note('store', `${database} is not there yet; the first relay run makes it.`);
  }
  try {
    const damage = await damageOf(database);
    if (damage === undefined) return good('store', `${database} is whole.`);
    return fault('store', `${database} is damaged: ${damage}. Run: relay restore`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fault('store', writeFaultSentence(error) ?? `${database} cannot be read: ${why}.`);
  }
}

function checkBackups({ home: { backups }, settings }: Patient): Check {
  if (settings.backups.everyHours === null) {
    return note('backups', 'No copies of the database are made (backups.everyHours is null).');
  }
  const [newest, ...older] = listBackups(backups);
  if (!newest) {
    return note('backups', 'There is no copy of the database yet; a relay that runs makes one.');
  }
  const made = new Date(newest.madeAt).toISOString();
  return good(
    'backups',
    `${formatCount(1 + older.length, 'copy')} in ${backups}, the newest of ${made}.`,
  );
}
