import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { moves } from './registry.ts';

test('docs/drives.md lists what moves each drive, and by how much', () => {
  const path = fileURLToPath(import.meta.resolve('../../../../docs/drives.md'));
  const rows = [...readFileSync(path, 'utf8').matchAll(/^\| `(\w+\.\w+)` \| ([+-][\d.]+) \|/gm)];
  const listed = Object.fromEntries(rows.map(([, name, weight]) => [name, weight]));
  const real = [...moves].map(([name, { does, usual }]) => [
    name,
    `${does === 'raises' ? '+' : '-'}${usual.toFixed(2)}`,
  ]);
  expect(listed).toEqual(Object.fromEntries(real));
});
