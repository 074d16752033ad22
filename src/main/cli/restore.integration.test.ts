import { execFile } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findInstallation } from '#core/installation.ts';
import { nameOfBackup } from '#core/store/backup-files.ts';
import { openCopy } from '#core/store/database.ts';
import { openRelayFixture, type RelayFixture } from '#core/testing/relay-fixture.ts';

/** Runs `relay ...` on a home. */
function relayCommand(home: string, ...args: string[]) {
  const program = path.join(findInstallation().root, 'src', 'main', 'cli', 'index.ts');
  const env = { PATH: process.env.PATH, HOME: home, RELAY_HOME: home, RELAY_NTFY_ENABLED: 'false' };
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

function overwrite(file: string, at: number, length: number): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(length, 0xa5), 0, length, at);
  closeSync(fd);
}

/** An exchange whose reply lies there, not yet taken. */
async function withReply(): Promise<RelayFixture> {
  const relay = await openRelayFixture({ script: () => ({ text: 'Go on.' }) });
  relay.drop('a.json', { session_id: 's1', content: 'All tests pass.' });
  await relay.waitFor('dispatch.written');
  await relay.until(() => existsSync(relay.inputFile('s1')), 'the reply');
  return relay;
}

test('where there never was a database nothing is to be restored', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'relay-restore-'));
  try {
    expect((await relayCommand(root, 'restore')).err).toContain('Begin with: relay run');
    // Makes the home, and nothing in it.
    await relayCommand(root, 'topic');
    const { code, err } = await relayCommand(root, 'restore');
    expect(code).toBe(1);
    expect(err).toMatch(/^There is nothing to restore: .*relay[.]db does not exist/);
    expect(err).not.toContain('Move');
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('a damaged database is refused, restored whole, and the relay goes on where it was', async () => {
  await using relay = await withReply();
  const { root } = relay;
  const busy = await relayCommand(root, 'restore');
  expect(busy).toMatchObject({ code: 1, err: expect.stringContaining('Stop it first') });
  await relay.relay.stop();
  expect(await relayCommand(root, 'restore')).toMatchObject({
    code: 0,
    out: expect.stringContaining('is whole'),
  });
  overwrite(path.join(root, 'relay.db'), 0, 4096);
  await expect(relay.start()).rejects.toThrow(/is damaged.*relay restore/);
  const doctor = await relayCommand(root, 'doctor');
  expect(doctor.out).toMatch(/FAULT +store .*relay restore/);
  const plan = JSON.parse((await relayCommand(root, 'restore', '--plan', '--json')).out);
  expect(plan).toMatchObject({ restored: false, fromBackup: 0, backup: null, lost: [] });
  await expect(relay.start()).rejects.toThrow(/is damaged/);
  const done = await relayCommand(root, 'restore');
  expect(done).toMatchObject({ code: 0, out: expect.stringContaining('it goes on where it was') });
  await relay.start();
  expect(await relay.take('s1')).toBe('Go on.');
  expect(relay.of('store.restored')[0]?.payload.salvaged).toBe(plan.salvaged);
  expect(relay.api.calls).toHaveLength(1);
  expect((await relay.call('status', {})).paused).toBe(false);
});

test('where events may be lost nothing is sent before the owner has looked', async () => {
  await using relay = await withReply();
  const { root } = relay;
  await relay.relay.stop();
  const database = path.join(root, 'relay.db');
  // A copy of before the reply was written.
  const copy = path.join(root, 'backups', nameOfBackup(Date.UTC(2026, 0, 1)));
  mkdirSync(path.dirname(copy));
  copyFileSync(database, copy);
  const db = await openCopy(copy);
  db.pragma('foreign_keys = OFF');
  const written = relay.of('dispatch.written')[0]?.seq ?? 0;
  db.prepare('DELETE FROM events WHERE seq >= ?').run(written);
  db.close();
  rmSync(database);
  await expect(relay.start()).rejects.toThrow(/is gone, and there are backups.*relay restore/);
  const done = await relayCommand(root, 'restore');
  expect(done.out).toContain('Lost for good:     what came after the last of these');
  await relay.start();
  expect((await relay.call('status', {})).paused).toBe(true);
  const inbox = await relay.call('inbox.list', {});
  expect(inbox.map(({ summary }) => summary).join()).toContain('what happened last may be lost');
  // The session takes its reply, and does not get it again while nobody has looked.
  rmSync(relay.inputFile('s1'));
  const before = relay.events.length;
  relay.drop('b.json', { session_id: 's2', content: 'All tests pass.' });
  await relay.waitFor('envelope.accepted', ({ sessionId }) => sessionId === 's2');
  expect(relay.events.length).toBeGreaterThan(before);
  expect(existsSync(relay.inputFile('s1'))).toBe(false);
});
