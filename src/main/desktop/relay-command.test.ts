import {
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { relayCommand } from './relay-command.ts';

let folder: string;
let command: string;
let link: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-command-'));
  command = join(folder, 'relay-of-the-app');
  writeFileSync(command, '#!/bin/sh\n', { mode: 0o755 });
  link = join(folder, 'home', '.local', 'bin', 'relay');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('is linked once, into a folder that need not be there', () => {
  const own = relayCommand(command, link);
  expect(own.state()).toEqual({ kind: 'missing', link });
  expect(own.install()).toEqual({ kind: 'installed', link });
  expect(own.install()).toEqual({ kind: 'installed', link });
  expect(readlinkSync(link)).toBe(command);
});

it('takes the place of a link that leads nowhere, and of nothing else', () => {
  relayCommand(command, link).install();
  rmSync(link);
  symlinkSync(join(folder, 'gone'), link);
  expect(relayCommand(command, link).install().kind).toBe('installed');

  rmSync(link);
  writeFileSync(link, 'mine');
  expect(relayCommand(command, link).install()).toMatchObject({ kind: 'unavailable' });
  expect(readFileSync(link, 'utf8')).toBe('mine');
});

it('says so where the app has none', () => {
  expect(relayCommand(join(folder, 'none'), link).install()).toMatchObject({
    kind: 'unavailable',
    why: expect.stringContaining('Install Relay again'),
  });
});
