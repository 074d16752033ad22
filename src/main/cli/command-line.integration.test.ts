import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFakeRelay, type FakeRelay } from '#core/rpc/testing/fake-relay.ts';
import { openControlSocket } from '#headless/control-socket.ts';
import { build, isBuildStale } from '../../../scripts/build.ts';

const relayCommand = join(import.meta.dirname, '..', '..', '..', 'bin', 'relay');

let folder: string;
let home: string;
let fake: FakeRelay;
const cleanUps: (() => Promise<unknown>)[] = [];

beforeAll(() => {
  if (isBuildStale()) expect(build()).toBe(true);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-test-'));
  home = join(folder, 'home');
  fake = createFakeRelay({ home });
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A relay for the command to talk to. */
async function serve(): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  const control = await openControlSocket({
    home,
    port: fake.port,
    stopping: stopping.signal,
    onCrash: (error) => expect.unreachable(String(error)),
    makeInterfaceUrl: () => 'http://127.0.0.1:4000/?token=abc',
  });
  const close = async () => {
    stopping.abort();
    await control.close();
  };
  cleanUps.push(close);
  return close;
}

function start(args: readonly string[], command = relayCommand, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, {
    cwd: folder,
    env: {
      PATH: '/usr/bin:/bin',
      HOME: folder,
      RELAY_HOME: home,
      // Nothing of these tests leaves this computer.
      RELAY_NTFY_SERVER: 'http://127.0.0.1:9',
      ...env,
    },
  });
  cleanUps.push(() => end(child, 'SIGKILL'));
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** Runs `relay <args>` to its end. */
async function relay(args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}) {
  const child = start(args, relayCommand, env);
  const closed = once(child, 'close');
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  child.stdin.end(input);
  const [code] = await closed;
  return { code, out: out.text(), err: err.text() };
}

function collect(stream: NodeJS.ReadableStream) {
  let text = '';
  let look = () => {};
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
    look();
  });
  return {
    text: () => text,
    until: (pattern: RegExp) =>
      new Promise<void>((resolve) => {
        look = () => pattern.test(text) && resolve();
        look();
      }),
  };
}

describe('exit codes', () => {
  test.each([
    ['status'],
    ['inbox', '--json'],
    ['sessions'],
    ['cost'],
    ['tail'],
    ['url'],
    ['pause'],
    ['resume'],
    ['reply', 'i1', 'yes'],
    ['reply', 'not-an-item', 'yes'],
    ['approve', 'i1'],
    ['dismiss', 'i1'],
    ['send', 'session-1', 'go on'],
    ['say', 'hello'],
  ])('3 where no relay is running: %s', async (...args) => {
    const { code, out, err } = await relay(args);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^No relay is running for .+\n$/);
  });

  test.each([
    [[]],
    [['nonsense']],
    [['status', '--nonsense']],
    [['status', 'extra']],
    [['approve']],
    [['reply', 'i1']],
    [['say', '']],
    [['say', '-']],
    [['tail', '--after', 'now']],
    [['run', '--port', '70000']],
    [['connect']],
    [['connect', 'vim']],
    [['connect', 'claude-code', '--user', '--project', '.']],
    [['export', '--format', 'pdf']],
  ])('2 for wrong usage: relay %j', async (args) => {
    const { code, out, err } = await relay(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toBe('');
  });

  test('2 where the relay cannot make sense of what was typed', async () => {
    await serve();
    const { code, err } = await relay(['send', 'a/b', 'x']);
    expect({ code, err }).toEqual({
      code: 2,
      err: 'The session id must be 1 to 128 characters of A-Z a-z 0-9 . _ -.\n',
    });
  });

  test('1 where the relay refuses, with its sentence', async () => {
    await serve();
    const message = 'There is no open item i7.';
    fake.answer('inbox.approve', { ok: false, error: { code: 'not-found', message } });
    expect(await relay(['approve', 'i7'])).toEqual({ code: 1, out: '', err: `${message}\n` });
  });

  test.each([['--help'], ['--version'], ['help', 'reply']])('0 for %s', async (...args) => {
    const { code, err } = await relay(args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });
});

describe('looking', () => {
  test.each([
    ['status', 'status'],
    ['inbox', 'inbox.list'],
    ['sessions', 'sessions.list'],
    ['cost', 'cost.summary'],
  ] as const)('relay %s --json prints what the relay answers', async (command, call) => {
    await serve();
    const { code, out } = await relay([command, '--json']);
    const answer = await fake.port.call(call, {});
    expect(code).toBe(0);
    expect(answer).toEqual({ ok: true, value: JSON.parse(out) });
  });

  test('without --json it is for people: aligned, without colour in a pipe', async () => {
    await serve();
    const { out } = await relay(['status']);
    expect(out).toContain('state     needs you\n');
    expect(out).toContain('today     $1.84 of $10.00\n');
    expect((await relay(['inbox'])).out).toMatch(/^i1 {2}escalation {2}api-server {2}\d+ [smhd]\n/);
    expect((await relay(['cost'])).out).toContain('claude-sonnet-5-5  $1.84');
    expect(out).not.toContain('\u001b');
  });

  test('nothing is said twice, and sentences run on', async () => {
    await serve();
    const list = await fake.port.call('sessions.list', {});
    const session = list.ok ? list.value[0] : undefined;
    const closed = { ...session, state: 'closed', detail: 'closed' };
    fake.answer('sessions.list', { ok: true, value: [closed] });
    expect((await relay(['sessions'])).out).not.toContain('closed, closed');
    const status = await fake.port.call('status', {});
    const wait = {
      ...{ exchangeId: 'x1', sessionId: 's1', attempt: 1 },
      ...{ reason: 'The API is overloaded.', retryAt: Date.now() + 90_000 },
    };
    const waiting = status.ok ? { ...status.value, waiting: [wait] } : undefined;
    fake.answer('status', { ok: true, value: waiting });
    expect((await relay(['status'])).out).toContain('s1: The API is overloaded, again in 1 m\n');
  });

  test('estimates are marked, and today is told by the hour', async () => {
    await serve();
    const tokens = { input: 0, output: 900, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
    const spent = { calls: 2, usd: 0.25, savedUsd: 0, unpricedCalls: 0, ...tokens };
    const value = [
      { hour: 9, ...spent, estimatedUsd: 0 },
      { hour: 14, ...spent, estimatedUsd: 0.25 },
    ];
    fake.answer('cost.hours', { ok: true, value });
    const { out } = await relay(['cost', '--today']);
    expect(out).toMatch(/^09:00 +\$0\.25 /m);
    expect(out).toMatch(/^14:00 +~\$0\.25 /m);
    expect(out).toContain('~ your own Claude Code answered');
    fake.answer('cost.hours', { ok: true, value: [] });
    expect((await relay(['cost', '--today'])).out).toBe('Nothing was spent today.\n');
  });

  test('what a session says cannot drive the terminal', async () => {
    await serve();
    const list = await fake.port.call('inbox.list', {});
    const item = list.ok ? list.value[0] : undefined;
    const summary = '\u001b]0;owned\u0007\u001b[2JDrop it?';
    fake.answer('inbox.list', { ok: true, value: [{ ...item, summary }] });
    const { out } = await relay(['inbox']);
    expect(out).toContain('    Drop it?\n');
    expect(out).not.toContain('\u001b');
  });
});

describe('settling and saying', () => {
  test('a word for a session that nobody knows is sent, and the doubt is told', async () => {
    await serve();
    const list = await fake.port.call('sessions.list', {});
    const known = list.ok ? (list.value[0]?.id ?? '') : '';
    expect((await relay(['send', known, 'x'])).out).toBe(`On its way to ${known}.\n`);
    const { code, out } = await relay(['send', 'mistyped', 'x']);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'On its way to mistyped, which has not spoken to Relay yet; see: relay sessions\n',
    });
  });

  test.each([
    [
      ['reply', 'i1', 'Yes,', 'do it'],
      'inbox.answer',
      { itemId: 'i1', text: 'Yes, do it', direct: false, via: 'cli' },
    ],
    [
      ['reply', 'i1', '-', '--direct'],
      'inbox.answer',
      { itemId: 'i1', text: 'from a file', direct: true, via: 'cli' },
    ],
    [['approve', 'i1'], 'inbox.approve', { itemId: 'i1', via: 'cli' }],
    [['dismiss', 'i1'], 'inbox.dismiss', { itemId: 'i1', via: 'cli' }],
    [
      ['send', 'session-1', 'go on'],
      'session.send',
      { sessionId: 'session-1', text: 'go on', via: 'cli' },
    ],
    [['say', '-'], 'owner.say', { text: 'from a file', via: 'cli' }],
    [['pause'], 'relay.pause', { via: 'cli' }],
    [['resume'], 'relay.resume', { via: 'cli' }],
  ])('relay %j', async (args, name, input) => {
    await serve();
    const { code, err } = await relay(args, 'from a file\n');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(fake.calls.at(-1)).toEqual({ name, input });
  });
});

describe('tail', () => {
  test('goes on after a restart of the relay, without gap or double', async () => {
    const stop = await serve();
    for (const text of ['one', 'two', 'three']) fake.commit(text);
    const child = start(['tail', '--json', '--after', '1']);
    const out = collect(child.stdout);
    await out.until(/three/);
    await stop();
    fake.commit('four');
    await serve();
    await out.until(/four/);
    fake.commit('five');
    await out.until(/five/);
    const seqs = out
      .text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).seq);
    expect(seqs).toEqual([2, 3, 4, 5]);
    await end(child, 'SIGINT');
  });

  test('for people it is one line an event', async () => {
    await serve();
    fake.commit('All tests pass.\nShall I go on?');
    const child = start(['tail']);
    const out = collect(child.stdout);
    await out.until(/\n/);
    expect(out.text()).toMatch(/^\d\d:\d\d:\d\d {2}session-1 +session: All tests pass\.\n$/);
  });
});

describe('without a relay', () => {
  test('topic makes the home and its topic, and says where to subscribe', async () => {
    const { code, out } = await relay(['topic', '--json']);
    const { topic, server, url } = JSON.parse(out);
    expect(code).toBe(0);
    expect(server).toBe('http://127.0.0.1:9');
    expect(url).toBe(`http://127.0.0.1:9/${topic}`);
    expect(await readFile(join(home, '.env'), 'utf8')).toContain(`RELAY_NTFY_TOPIC=${topic}`);
  });

  test('doctor says what is wrong and what to do, and fails', async () => {
    const { code, out } = await relay(['doctor', '--json']);
    const { ok, checks } = JSON.parse(out);
    expect({ code, ok }).toEqual({ code: 1, ok: false });
    expect(checks).toContainEqual(expect.objectContaining({ name: 'key', state: 'fault' }));
  });

  test('doctor asks Claude Code for its own login where that is to answer', async () => {
    const env = { RELAY_SUPERVISOR_PROVIDER: 'claude-code', ANTHROPIC_API_KEY: 'not-for-claude' };
    const missing = await relay(['doctor', '--json'], '', env);
    expect(missing.out).toContain('Claude Code is not installed');
    const bin = join(folder, '.local', 'bin');
    await mkdir(bin, { recursive: true });
    const script = '[ -z "$ANTHROPIC_API_KEY" ] || exit 1\necho "9.9.9 (Claude Code)"';
    await writeFile(join(bin, 'claude'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const { out } = await relay(['doctor', '--json'], '', env);
    const { checks } = JSON.parse(out);
    const message = `Claude Code 9.9.9 (${join(bin, 'claude')}) is signed in.`;
    expect(checks).toContainEqual({ name: 'key', state: 'good', message });
    expect(out).toContain('no key is sent');
  });

  test('doctor is content with a key and tells where it goes, never what it is', async () => {
    const { code, out } = await relay(['doctor'], '', {
      ANTHROPIC_API_KEY: 'sk-ant-secret',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
    });
    expect(code).toBe(0);
    expect(out).toContain('http://127.0.0.1:9');
    expect(out).not.toContain('sk-ant-secret');
  });

  test('export says that there is nothing yet', async () => {
    expect(await relay(['export'])).toMatchObject({ code: 1, out: '' });
  });

  test('import says what is wrong with a file that cannot be read', async () => {
    const missing = await relay(['import', join(home, 'nowhere.json')]);
    expect(missing).toEqual({
      code: 1,
      out: '',
      err: `There is no file ${join(home, 'nowhere.json')}.\n`,
    });
    expect((await relay(['import', folder])).err).toContain('is a folder');
  });

  test('import refuses what is no history before it looks for a relay', async () => {
    const file = join(folder, 'history.json');
    await writeFile(file, '[{"role":"user","content":"a"},{"role":"nobody","content":"b"}]');
    const { code, err } = await relay(['import', file]);
    expect(code).toBe(1);
    expect(err).toContain('Entry 2');
  });

  test('connect shows the change, makes it, and disconnect takes it back', async () => {
    const settings = join(folder, '.claude', 'settings.json');
    const connected = await relay(['connect', 'claude-code']);
    expect(connected.code).toBe(0);
    expect(connected.out).toContain(`+++ ${settings}`);
    expect(await readFile(settings, 'utf8')).toContain(join(home, 'hooks'));
    expect((await relay(['connect', 'claude-code'])).out).toContain('Connected already');
    expect((await relay(['disconnect'])).code).toBe(0);
    await expect(readFile(settings, 'utf8')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

test('import sends what it read', async () => {
  await serve();
  fake.answer('history.import', { ok: true, value: { imported: 1, known: 1 } });
  const lines =
    '{"role":"user","content":"a"}\n{"role":"assistant","content":"b","session_id":"s"}\n';
  const { code, out } = await relay(['import', '-', '--conversation', 'old'], lines);
  expect({ code, out }).toEqual({
    code: 0,
    out: 'Imported 1 of 2 entries; 1 already there.\n',
  });
  expect(fake.calls.at(-1)?.input).toEqual({
    conversationId: 'old',
    entries: [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b', session_id: 's' },
    ],
  });
});

test('the command works through links, from elsewhere', async () => {
  await serve();
  const first = join(folder, 'first');
  const second = join(folder, 'second');
  await symlink(relayCommand, first);
  await symlink('first', second);
  const child = start(['tail'], second);
  fake.commit('hello');
  await collect(child.stdout).until(/hello/);
  await end(child, 'SIGTERM');
});
