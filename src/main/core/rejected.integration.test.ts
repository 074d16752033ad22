import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openRelayFixture } from './testing/relay-fixture.ts';

const script = () => ({ text: 'Go on.' });
const good = { session_id: 'good', content: 'All is well.' };

test('what cannot be accepted is put aside with its reason and stops nothing', async () => {
  await using relay = await openRelayFixture({ script });
  const queue = (...names: string[]) => path.join(relay.root, 'queue', ...names);
  const json = (value: unknown) => (file: string) => writeFileSync(file, JSON.stringify(value));
  const bad: Record<string, { make: (file: string) => void; reason: string }> = {
    'json.json': { make: (file) => writeFileSync(file, '{"session_id": '), reason: 'not JSON' },
    'empty.json': { make: (file) => writeFileSync(file, ''), reason: 'not JSON' },
    'array.json': { make: json(['x']), reason: 'no JSON object' },
    'utf8.json': { make: (file) => writeFileSync(file, Buffer.from([0xff])), reason: 'not UTF-8' },
    'no-id.json': { make: json({ content: 'x' }), reason: 'session_id is missing' },
    'path.json': { make: json({ session_id: '../x', content: 'x' }), reason: 'session_id must' },
    'dot.json': { make: json({ session_id: '.', content: 'x' }), reason: 'neither "." nor ".."' },
    'dots.json': { make: json({ session_id: '..', content: 'x' }), reason: 'neither "." nor ".."' },
    'no-content.json': { make: json({ session_id: 's' }), reason: 'content is missing' },
    'blank.json': { make: json({ session_id: 's', content: '' }), reason: 'content is empty' },
    'large.json': {
      make: (file) => {
        writeFileSync(file, '{}');
        truncateSync(file, 8 * 1024 * 1024 + 1);
      },
      reason: 'larger than 8 MiB',
    },
    'link.json': { make: (file) => symlinkSync('/etc/hostname', file), reason: 'symbolic link' },
    'folder.json': { make: (file) => mkdirSync(file), reason: 'not a regular file' },
    'pipe.json': { make: (file) => execFileSync('mkfifo', [file]), reason: 'not a regular file' },
    [`${'n'.repeat(250)}.json`]: { make: json({}), reason: 'session_id is missing' },
  };
  for (const [name, { make }] of Object.entries(bad)) make(queue(name));
  relay.drop('good.json', good);
  expect(await relay.take('good')).toBe('Go on.');
  const count = Object.keys(bad).length;
  await relay.until(() => relay.of('envelope.rejected').length === count, `${count} rejections`);
  for (const { payload } of relay.of('envelope.rejected')) {
    const { name, keptAs, reason } = payload;
    expect(reason, name).toContain(bad[name]?.reason);
    const kept = readFileSync(queue('.rejected', `${keptAs}.reason.txt`), 'utf8');
    expect(kept).toBe(`${reason}\n`);
    expect(lstatSync(queue('.rejected', keptAs)).isFile()).toBe(
      !['link.json', 'folder.json', 'pipe.json'].includes(name),
    );
  }
  expect(readFileSync(queue('.rejected', 'json.json'), 'utf8')).toBe('{"session_id": ');
  expect(readdirSync(queue())).toEqual(['.rejected']);
  expect(await relay.call('status', {})).toMatchObject({ rejected: count, problems: [] });
  const told = await relay.call('envelopes.rejected', {});
  expect(told.map(({ name }) => name).sort()).toEqual(Object.keys(bad).sort());
  expect(existsSync(path.join(relay.root, 'dispatch', 's'))).toBe(false);
});

describe('files that are being written', () => {
  test('are left alone as long as they are hidden or named otherwise', async () => {
    await using relay = await openRelayFixture({ script });
    const queue = path.join(relay.root, 'queue');
    const names = ['.a.json', 'a.json.tmp', 'notes.txt'];
    for (const name of names) writeFileSync(path.join(queue, name), JSON.stringify(good));
    relay.drop('good.json', { ...good, session_id: 's2' });
    await relay.take('s2');
    expect(readdirSync(queue).sort()).toEqual([...names, '.rejected'].sort());
    expect(relay.of('envelope.accepted')).toHaveLength(1);
  });

  test('in place are taken once they are whole', async () => {
    await using relay = await openRelayFixture({ script });
    const text = JSON.stringify(good);
    const file = path.join(relay.root, 'queue', 'slow.json');
    writeFileSync(file, text.slice(0, 20));
    // Once this one is taken, the other was looked at.
    relay.drop('z.json', { ...good, session_id: 's2' });
    await relay.take('s2');
    expect(existsSync(file)).toBe(true);
    writeFileSync(file, text);
    expect(await relay.take('good')).toBe('Go on.');
    expect(relay.of('envelope.rejected')).toEqual([]);
  });
});

test('one that cannot be moved away keeps no other from being taken', async () => {
  await using relay = await openRelayFixture({ script });
  const bad = path.join(relay.root, 'queue', 'a.json');
  // A mount point, a folder that may not be written: here, no room for its reason.
  rmSync(path.join(relay.root, 'queue', '.rejected'), { recursive: true });
  writeFileSync(path.join(relay.root, 'queue', '.rejected'), '');
  writeFileSync(bad, '[]');
  relay.drop('b.json', good);
  expect(await relay.take('good')).toBe('Go on.');
  const { problems } = await relay.call('status', {});
  expect(problems.join()).toContain('a.json in the queue can neither be taken nor moved away');
  rmSync(path.join(relay.root, 'queue', '.rejected'));
  await relay.waitFor('envelope.rejected', ({ payload }) => payload.name === 'a.json');
  expect((await relay.call('status', {})).problems).toEqual([]);
});

test('one whose file was moved but not recorded is recorded by the next relay, once', async () => {
  let isDying = true;
  await using relay = await openRelayFixture({
    script,
    atPoint: (point) => {
      if (isDying && point === 'intake.read') throw new Error('killed here');
    },
  });
  relay.drop('a.json', { content: 'x' });
  const moved = path.join(relay.root, 'queue', '.rejected', 'a.json');
  await relay.until(() => existsSync(moved), 'the move');
  await relay.relay.stop();
  expect(relay.of('envelope.rejected')).toEqual([]);
  isDying = false;
  await relay.start();
  const { payload } = await relay.waitFor('envelope.rejected');
  expect(payload).toEqual({
    ...{ name: 'a.json', keptAs: 'a.json', reason: 'session_id is missing.' },
  });
  await relay.restart();
  expect(await relay.call('envelopes.rejected', {})).toHaveLength(1);
});

test('the reason quotes nothing that would not be seen', async () => {
  await using relay = await openRelayFixture({ script });
  relay.drop('a.json', '\u001b[2J\nno \u202ejson');
  const { payload } = await relay.waitFor('envelope.rejected');
  expect(payload.reason).toMatch(/^The file is not JSON: .*\[U\+001B\].*\[U\+000A\]/);
  expect(payload.reason).not.toMatch(/\p{C}/u);
});

test('a name that is no text is one like any other', async () => {
  await using relay = await openRelayFixture({ script });
  const put = (name: string, value: unknown) =>
    writeFileSync(
      Buffer.concat([Buffer.from(`${relay.root}/queue/`), Buffer.from(name, 'latin1')]),
      JSON.stringify(value),
    );
  put('caf\xe9.json', good);
  put('\xff\xfe.json', { session_id: 'good' });
  expect(await relay.take('good')).toBe('Go on.');
  const { payload } = await relay.waitFor('envelope.rejected');
  expect(payload).toMatchObject({ keptAs: '\uFFFD\uFFFD.json', reason: 'content is missing.' });
  expect(readdirSync(path.join(relay.root, 'queue'))).toEqual(['.rejected']);
});

describe('the same again is one', () => {
  test('by id, of one session', async () => {
    await using relay = await openRelayFixture({ script });
    relay.drop('a.json', { ...good, id: 'e1' });
    relay.drop('b.json', { ...good, id: 'e1' });
    relay.drop('c.json', { ...good, id: 'e1', session_id: 'other' });
    await relay.take('other');
    await relay.take('good');
    await relay.waitFor('envelope.repeated');
    relay.drop('d.json', { ...good, id: 'e1' });
    await relay.until(() => relay.of('envelope.repeated').length === 2, 'the second repetition');
    expect(relay.of('exchange.opened')).toHaveLength(2);
    expect(relay.api.calls).toHaveLength(2);
  });

  test('by file, when the relay fails between commit and removal', async () => {
    let isDying = true;
    await using relay = await openRelayFixture({
      script,
      atPoint: (point) => {
        if (isDying && point === 'intake.committed') throw new Error('killed here');
      },
    });
    relay.drop('a.json', good);
    const file = path.join(relay.root, 'queue', 'a.json');
    await relay.waitFor('envelope.accepted');
    await relay.relay.stop();
    expect(existsSync(file)).toBe(true);
    isDying = false;
    await relay.start();
    await relay.until(() => !existsSync(file), 'the removal');
    await relay.take('good');
    expect(relay.of('envelope.accepted')).toHaveLength(1);
  });

  test('but the same words in a new file are new', async () => {
    await using relay = await openRelayFixture({ script });
    relay.drop('a.json', good);
    await relay.take('good');
    relay.drop('a.json', good);
    await relay.take('good');
    expect(relay.of('exchange.opened')).toHaveLength(2);
  });
});
