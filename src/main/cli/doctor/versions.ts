import { findInstallation } from '#core/installation.ts';
import { openDatabase, whyNoDatabase } from '#core/store/database.ts';
import { type Check, fault, good, note, type Patient } from './check.ts';

/** Relay, its Node, its database driver, and whether the relay that runs is the same Relay. */
export async function checkVersions({ relay, home }: Patient): Promise<Check[]> {
  const { version, root } = findInstallation();
  const versions = good(
    'version',
    `Relay ${version} on Node ${process.versions.node}, in ${root}.`,
  );
  return [versions, await checkDriver(), await checkRelay(relay, home.root, version)];
}

async function checkDriver(): Promise<Check> {
  const problem = whyNoDatabase();
  if (problem !== undefined) return fault('database', problem);
  try {
    (await openDatabase(':memory:')).close();
    return good('database', 'The database driver works.');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fault('database', `The database driver does not load (${reason}). Run: npm install`);
  }
}

async function checkRelay(relay: Patient['relay'], home: string, version: string): Promise<Check> {
  if (relay === undefined) {
    return note('relay', `No relay is running for ${home}. Start one with: relay run`);
  }
  const status = await relay.call('status', {});
  if (!status.ok) return fault('relay', `A relay runs but says: ${status.error.message}`);
  const running = status.value;
  if (running.version !== version) {
    return fault('relay', `The relay that runs is ${running.version}. Stop it and start it again.`);
  }
  return good('relay', `A ${running.host} relay runs as process ${running.pid}.`);
}
