import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What tells a process from a later one with the same number, without a blank in it: field 22
 * (`starttime`) of `/proc/<pid>/stat` where there is a /proc, else the start as `ps` spells it.
 * `undefined` when there is no such process, or only a zombie. The shell side of the same rule is
 * `started_at` in resources/hooks/common.sh.
 */
export function processStart(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return existsSync('/proc/self/stat') ? startFromProc(pid) : startFromPs(pid);
}

function startFromProc(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command name (field 2) may hold blanks and brackets: count from its last bracket.
  const fromField3 = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fromField3[0] === 'Z' ? undefined : fromField3[19];
}

function startFromPs(pid: number): string | undefined {
  try {
    const said = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC0' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return said.trim().split(/\s+/).join('_') || undefined;
  } catch {
    return undefined;
  }
}

const aliveFile = (home: string) => join(home, 'state', 'relay.alive');

/**
 * Tells the hooks that a relay serves this home: from now on a session that stops waits for it.
 * `pid` is another's only where one process speaks for another (tests).
 */
export function writeAlive(home: string, pid: number = process.pid): void {
  const file = aliveFile(home);
  mkdirSync(join(home, 'state'), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${pid} ${processStart(pid)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** A clean stop: hooks that wait end within about two seconds, and none begins to wait. */
export function removeAlive(home: string): void {
  rmSync(aliveFile(home), { force: true });
}

/** Whether a relay serves this home now. False for the file a killed relay left behind. */
export function isAlive(home: string): boolean {
  try {
    return isSameProcess(readFileSync(aliveFile(home), 'utf8'));
  } catch {
    return false;
  }
}

/** Whether the process that a line `<pid> <start> ...` names is still there. */
export function isSameProcess(line: string): boolean {
  const [pid, start] = line.trim().split(' ');
  return start !== undefined && processStart(Number(pid)) === start;
}
