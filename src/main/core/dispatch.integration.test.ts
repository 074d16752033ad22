import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SessionId } from '#shared/ids.ts';
import { openRelayFixture, type RelayFixture } from './testing/relay-fixture.ts';

const s1 = 's1' as SessionId;

const send = (relay: RelayFixture, text: string) =>
  relay.call('session.send', { sessionId: s1, text, via: 'cli' });
const boxOf = (relay: RelayFixture) => path.join(relay.root, 'dispatch', 's1');
const releaseOf = (relay: RelayFixture) => path.join(boxOf(relay), 'release');

test('a reply is there byte for byte, whole, and for the owner alone', async () => {
  const text = '\tRun:\r\n\n```sh\nnpm test && echo "grün 🟢"\n```\n</session> <b>\u00a0end';
  await using relay = await openRelayFixture({ script: () => ({ text }) });
  relay.drop('a.json', { session_id: 's1', content: 'What now?' });
  await relay.waitFor('dispatch.written');
  await relay.until(() => existsSync(relay.inputFile('s1')), 'input.txt');
  expect(readFileSync(relay.inputFile('s1'))).toEqual(Buffer.from(text));
  expect(statSync(relay.inputFile('s1')).mode & 0o777).toBe(0o600);
  expect(readdirSync(boxOf(relay))).toEqual(['input.txt']);
});

describe('the next reply', () => {
  test.each([
    ['deleted', (file: string) => rmSync(file)],
    ['renamed away', (file: string) => renameSync(file, `${file}.mine`)],
  ])('comes only once the one before is %s', async (_how, claim) => {
    await using relay = await openRelayFixture({ script: () => ({ text: 'unused' }) });
    const file = relay.inputFile('s1');
    for (const text of ['one', 'two', 'three']) await send(relay, text);
    await relay.until(() => existsSync(file), 'the first');
    // Everything that could bring on the next one, but for a claim.
    await relay.call('relay.pause', { via: 'cli' });
    await relay.call('relay.resume', { via: 'cli' });
    await relay.restart();
    expect(readFileSync(file, 'utf8')).toBe('one');
    expect(relay.of('dispatch.written')).toHaveLength(1);
    for (const next of ['two', 'three']) {
      claim(file);
      await relay.until(() => existsSync(file), next);
      expect(readFileSync(file, 'utf8')).toBe(next);
    }
    claim(file);
    await relay.until(() => relay.of('dispatch.claimed').length === 3, 'three claims');
    expect(existsSync(file)).toBe(false);
  });

  test('never overwrites what somebody else has put there', async () => {
    await using relay = await openRelayFixture({ script: () => ({ text: 'unused' }) });
    mkdirSync(boxOf(relay));
    writeFileSync(relay.inputFile('s1'), 'foreign');
    await send(relay, 'mine');
    await send(relay, 'other session');
    await relay.call('session.send', { sessionId: 's2' as SessionId, text: 'x', via: 'cli' });
    await relay.take('s2');
    expect(readFileSync(relay.inputFile('s1'), 'utf8')).toBe('foreign');
    expect(relay.of('dispatch.written').map(({ sessionId }) => sessionId)).toEqual(['s2']);
    rmSync(relay.inputFile('s1'));
    expect(await relay.take('s1')).toBe('mine');
  });
});

test('one session whose folder cannot be used keeps no other waiting, and it shows', async () => {
  await using relay = await openRelayFixture({ script: () => ({ text: 'unused' }) });
  writeFileSync(boxOf(relay), 'a file where the folder should be');
  await send(relay, 'mine');
  await relay.call('session.send', { sessionId: 's2' as SessionId, text: 'x', via: 'cli' });
  expect(await relay.take('s2')).toBe('x');
  const { problems } = await relay.call('status', {});
  expect(problems.join()).toContain(boxOf(relay));
  rmSync(boxOf(relay));
  expect(await relay.take('s1')).toBe('mine');
  expect((await relay.call('status', {})).problems).toEqual([]);
});

describe('a release appears', () => {
  const said = { session_id: 's1', content: 'Done.' };
  const stop = {
    session_id: 's1',
    hook_event_name: 'Stop',
    last_assistant_message: 'Tests run.',
    background_tasks: [{ id: 'b', status: 'running' }],
  };

  test('when the supervisor finishes', async () => {
    await using relay = await openRelayFixture({
      script: () => ({ tool: 'finish', input: { reason: 'All done.' } }),
    });
    relay.drop('a.json', said);
    await relay.until(() => existsSync(releaseOf(relay)), 'release');
    expect(statSync(releaseOf(relay)).size).toBe(0);
    expect(existsSync(relay.inputFile('s1'))).toBe(false);
    expect(relay.of('exchange.closed')[0]?.payload.how).toBe('finished');
  });

  test('when the session is switched off, before or while it waits', async () => {
    const never = new Promise(() => {});
    await using relay = await openRelayFixture({ script: () => ({ gate: never }) });
    relay.drop('a.json', said);
    await relay.until(() => relay.api.calls.length === 1, 'the call');
    await relay.call('session.setAutonomy', { sessionId: s1, autonomy: 'off' });
    await relay.until(() => existsSync(releaseOf(relay)), 'release');
    rmSync(releaseOf(relay));
    // The call is given up.
    await relay.api.waitForRequest(({ outcome }) => outcome === 'left');
    relay.drop('b.json', said);
    await relay.until(() => existsSync(releaseOf(relay)), 'release again');
    expect(relay.api.calls).toHaveLength(1);
  });

  test('while background tasks run, and the supervisor knows what was said', async () => {
    await using relay = await openRelayFixture({ script: () => ({ text: 'Go on.' }) });
    relay.drop('a.json', stop);
    await relay.until(() => existsSync(releaseOf(relay)), 'release');
    const [session] = await relay.call('sessions.list', {});
    expect(session).toMatchObject({ state: 'working', detail: '1 background task' });
    relay.drop('b.json', said);
    await relay.take('s1');
    expect(relay.api.calls[0]?.lastText).toContain('Tests run.');
    expect(existsSync(releaseOf(relay))).toBe(false);
  });

  test('not while something else is on its way to the session', async () => {
    await using relay = await openRelayFixture({
      script: () => ({ tool: 'finish', input: { reason: 'All done.' } }),
    });
    await send(relay, 'Wait.');
    relay.drop('a.json', said);
    await relay.waitFor('exchange.closed');
    expect(await relay.take('s1')).toBe('Wait.');
    expect(relay.of('session.release_queued')).toEqual([]);
  });
});
