import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How long to wait before asking again when `input.txt` still lies there: Claude Code runs the wake
 * hook half a second after the file appears, and does not see one that appears before it watches.
 */
export const WAKE_AGAIN_MS = 2_000;

/**
 * Asks an idle session to take its `input.txt`, by a new file in the folder that it watches. False
 * when it watches none: it was closed, runs in print mode, or began before it was connected.
 * For idle sessions only: in the middle of a turn the next Stop hook takes the reply sooner.
 */
export function wakeSession(home: string, sessionId: string): boolean {
  const folder = join(home, 'state', 'wake', sessionId);
  if (!existsSync(folder)) return false;
  const earlier = readdirSync(folder);
  const temporary = join(folder, '..', `.${sessionId}.new`);
  writeFileSync(temporary, '', { mode: 0o600 });
  renameSync(temporary, join(folder, `wake-${process.hrtime.bigint()}`));
  for (const name of earlier) rmSync(join(folder, name), { force: true });
  return true;
}
