import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { SessionId } from '#shared/ids.ts';
import { openRelay } from './relay.ts';
import { openDatabaseToRead } from './store/database.ts';
import { openRelayFixture } from './testing/relay-fixture.ts';
import { gate } from './testing/spoken.ts';

/** A disk that can be filled and cleared: commits then fail with the error that SQLite gives. */
function smallDisk() {
  const disk = {
    isFull: false,
    atPoint: (point: string) => {
      if (!disk.isFull || point !== 'store.committing') return;
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    },
  };
  return disk;
}

const s1 = 's1' as SessionId;
const goOn = { text: 'Go on.' };
const full = /^Not done\. The disk is full\. Make room/;

test('a full disk is said, refuses commands with a sentence, and loses no envelope', async () => {
  const disk = smallDisk();
  await using relay = await openRelayFixture({ script: () => goOn, atPoint: disk.atPoint });
  disk.isFull = true;
  relay.drop('a.json', { session_id: 's1', content: 'All tests pass.' });
  relay.drop('bad.json', { session_id: '..', content: 'x' });
  const problems = async () => (await relay.call('status', {})).problems.join();
  await expect.poll(problems).toContain('The disk is full.');
  for (const answer of [
    await relay.relay.port.call('relay.pause', { via: 'cli' }),
    await relay.relay.port.call('session.send', { sessionId: s1, text: 'x', via: 'cli' }),
    await relay.relay.port.call('history.import', { entries: [{ role: 'user', content: 'x' }] }),
  ]) {
    expect(answer).toMatchObject({
      ok: false,
      error: { code: 'unavailable', message: expect.stringMatching(full) },
    });
  }
  expect(existsSync(path.join(relay.root, 'queue', 'a.json'))).toBe(true);
  expect(relay.api.calls).toEqual([]);
  disk.isFull = false;
  // Found by the looks that are taken now and then, without anything else happening.
  expect(await relay.take('s1')).toBe('Go on.');
  expect(relay.of('envelope.accepted')).toHaveLength(1);
  expect(relay.of('envelope.rejected')).toHaveLength(1);
  await expect.poll(problems).toBe('');
});

test('an answer that comes while the disk is full is kept, and the call not made again', async () => {
  const disk = smallDisk();
  const held = gate();
  await using relay = await openRelayFixture({
    script: () => ({ ...goOn, gate: held.closed }),
    atPoint: disk.atPoint,
  });
  relay.drop('a.json', { session_id: 's1', content: 'All tests pass.' });
  await relay.until(() => relay.api.calls.length === 1, 'the call');
  disk.isFull = true;
  held.open();
  await relay.api.waitForRequest(
    ({ path: at, outcome }) => at === '/v1/messages' && outcome === 'answered',
  );
  await expect
    .poll(async () => (await relay.call('status', {})).problems.join(), { timeout: 5000 })
    .toContain('The disk is full.');
  disk.isFull = false;
  expect(await relay.take('s1')).toBe('Go on.');
  expect(relay.api.calls).toHaveLength(1);
});

test('a relay that cannot be started says why and leaves the home to the next', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'relay-test-'));
  const env = { RELAY_NTFY_ENABLED: 'false' };
  const open = (atPoint = (_point: string) => {}) =>
    openRelay({ home: root, env, host: 'headless', version: 'test', atPoint });
  const disk = smallDisk();
  disk.isFull = true;
  expect(await open(disk.atPoint)).toMatchObject({
    ok: false,
    error: { code: 'failed', message: expect.stringContaining('The disk is full.') },
  });
  const opened = await open();
  if (!opened.ok) throw new Error(opened.error.message);
  await opened.relay.stop();
  writeFileSync(path.join(root, 'relay.db'), 'no database, whatever its name says '.repeat(40));
  expect(await open()).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining('relay.db) is damaged') },
  });
  rmSync(root, { recursive: true, force: true });
});

test('a stop on a full disk still gives the home free', async () => {
  const disk = smallDisk();
  await using relay = await openRelayFixture({ script: () => goOn, atPoint: disk.atPoint });
  disk.isFull = true;
  await relay.relay.stop();
  disk.isFull = false;
  await relay.start();
  expect(await relay.call('status', {})).toMatchObject({ state: 'idle' });
});

test('a reply that was swept away with dispatch/ is put there again, and no other', async () => {
  await using relay = await openRelayFixture({ script: () => goOn });
  relay.drop('a.json', { session_id: 's1', content: 'All tests pass.' });
  relay.drop('b.json', { session_id: 's2', content: 'All tests pass.' });
  await relay.take('s2');
  await relay.until(() => existsSync(relay.inputFile('s1')), 'the reply');
  const dispatch = path.join(relay.root, 'dispatch');
  rmSync(dispatch, { recursive: true });
  await relay.until(() => existsSync(relay.inputFile('s1')), 'the reply again');
  expect(readFileSync(relay.inputFile('s1'), 'utf8')).toBe('Go on.');
  expect(existsSync(relay.inputFile('s2'))).toBe(false);
  // The same while no relay runs.
  await relay.relay.stop();
  renameSync(dispatch, `${dispatch}.old`);
  await relay.start();
  expect(await relay.take('s1')).toBe('Go on.');
  expect(relay.of('dispatch.claimed')).toHaveLength(2);
  expect(relay.api.calls).toHaveLength(2);
});

test('what lies in the way is told in the inbox, and settles itself once it is gone', async () => {
  await using relay = await openRelayFixture({ script: () => goOn });
  const queue = path.join(relay.root, 'queue');
  rmSync(queue, { recursive: true });
  writeFileSync(queue, 'x');
  const { summary, code } = (await relay.waitFor('item.opened')).payload;
  expect(code).toBe('disk');
  expect(summary).toContain(`${queue} is not a folder any more. Move away`);
  expect((await relay.call('status', {})).problems.join()).toContain(summary);
  rmSync(queue);
  expect((await relay.waitFor('item.settled')).payload.how).toBe('mended');
  relay.drop('a.json', { session_id: 's1', content: 'All tests pass.' });
  expect(await relay.take('s1')).toBe('Go on.');
});

test.each(['relay.db', 'relay.db-wal'])(
  '%s deleted is written anew, with all it held',
  async (name) => {
    await using relay = await openRelayFixture({ script: () => goOn });
    relay.drop('a.json', { session_id: 's1', content: 'All tests pass.' });
    await relay.until(() => existsSync(relay.inputFile('s1')), 'the reply');
    const database = path.join(relay.root, 'relay.db');
    rmSync(path.join(relay.root, name));
    // Nothing is committed to what nobody could read again.
    relay.drop('b.json', { session_id: 's2', content: 'All tests pass.' });
    const answer = await relay.relay.port.call('relay.pause', { via: 'cli' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'unavailable' } });
    expect(await relay.take('s2')).toBe('Go on.');
    expect(await relay.take('s1')).toBe('Go on.');
    expect(relay.api.calls).toHaveLength(2);
    const numbers = relay.events.map(({ seq }) => seq);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    const stored = await openDatabaseToRead(database);
    expect(stored.prepare('SELECT count(*) FROM events').pluck().get()).toBe(numbers.length);
    stored.close();
    expect((await relay.call('status', {})).problems).toEqual([]);
  },
);

test('an answer that comes while the database is gone is stored in the new one', async () => {
  const held = gate();
  await using relay = await openRelayFixture({ script: () => ({ ...goOn, gate: held.closed }) });
  relay.drop('a.json', { session_id: 's1', content: 'All tests pass.' });
  await relay.until(() => relay.api.calls.length === 1, 'the call');
  rmSync(path.join(relay.root, 'relay.db'));
  held.open();
  expect(await relay.take('s1')).toBe('Go on.');
  expect(relay.api.calls).toHaveLength(1);
  expect(relay.of('call.finished')).toHaveLength(1);
});
