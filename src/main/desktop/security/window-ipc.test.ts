import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const desktop = join(import.meta.dirname, '..');

it('is the only module that speaks with a window, so that no check can be forgotten', () => {
  const raw = /\bipcMain\b|\.webContents\.send\(|\bcontents\.send\(|\bpostMessage\(/;
  const speaking = globSync('**/*.ts', { cwd: desktop })
    .filter((path) => !path.endsWith('.test.ts'))
    .filter((path) => raw.test(readFileSync(join(desktop, path), 'utf8')));
  expect(speaking).toEqual([join('security', 'window-ipc.ts')]);
});
