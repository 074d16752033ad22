import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { type Check, fault, good, note, type Patient } from './check.ts';

/** The home, its secrets and settings. */
export function checkHome({ home, problems }: Patient): Check[] {
  if (!existsSync(home.root)) {
    return [note('home', `${home.root} is not there yet; the first relay run makes it.`)];
  }
  const checks = [checkFolder(home.root), checkSecrets(home.dotEnv)];
  for (const problem of problems) checks.push(fault('settings', problem));
  if (problems.length === 0) checks.push(good('settings', `${home.config} is in force.`));
  return checks;
}

function checkFolder(root: string): Check {
  const found = statSync(root);
  if (!found.isDirectory()) {
    return fault('home', `${root} is not a folder. Move it away, or set RELAY_HOME.`);
  }
  if (isOpenToOthers(found.mode)) {
    return fault('home', `Others on this computer can look into ${root}. Run: chmod 700 ${root}`);
  }
  try {
    accessSync(root, constants.W_OK);
  } catch {
    return fault('home', `${root} cannot be written to. Check who owns it, or set RELAY_HOME.`);
  }
  return good('home', `${root} is yours alone.`);
}

function checkSecrets(path: string): Check {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    return note('secrets', `${path} is not there; the next relay run makes it.`);
  return isOpenToOthers(found.mode)
    ? fault('secrets', `Others on this computer can read your key. Run: chmod 600 ${path}`)
    : good('secrets', `${path} is readable by you alone.`);
}

/** Windows keeps no such bits; its folders are private by where they are. */
function isOpenToOthers(mode: number): boolean {
  return process.platform !== 'win32' && (mode & 0o077) !== 0;
}
