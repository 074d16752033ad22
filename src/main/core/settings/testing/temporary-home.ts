import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Home, openHome } from '../home.ts';

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'relay-settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A new home, as a first run makes it. */
export function temporaryHome(): Home {
  const folder = temporaryFolder();
  const shipped = join(folder, 'shipped.md');
  writeFileSync(shipped, 'You answer in the owner’s stead.\n');
  const opened = openHome(join(folder, 'home'), shipped);
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.home;
}
