import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectRelay } from '#core/rpc/client.ts';
import { build, isBuildStale } from '../../../scripts/build.ts';

const relayCommand = join(import.meta.dirname, '..', '..', '..', 'bin', 'relay');

let folder: string;
let home: string;
const children: ChildProcess[] = [];

beforeAll(() => {
  if (isBuildStale()) expect(build()).toBe(true);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-test-'));
  home = join(folder, 'home');
});
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function environment(): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    RELAY_HOME: home,
    // Nothing of these tests leaves this computer.
    RELAY_NTFY_SERVER: 'http://127.0.0.1:9',
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
  };
}

function start(...args: string[]) {
  const child = spawn(relayCommand, ['run', ...args], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const closed = once(child, 'close');
  const [out, err] = [child.stdout, child.stderr].map(collect);
  const ended = async () => {
    const [code] = await closed;
    return { code, out: out?.() ?? '', err: err?.() ?? '' };
  };
  return { child, out: () => out?.() ?? '', ended };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** The relay of the home, as soon as it takes calls; how a parent process waits for one. */
async function connected() {
  await expect.poll(() => connectRelay(home), { timeout: 20_000 }).toBeDefined();
  return (await connectRelay(home)) ?? expect.unreachable('it was there');
}

async function runningPid(): Promise<number | undefined> {
  const status = await (await connected()).call('status', {});
  return status.ok ? status.value.pid : undefined;
}

test('runs until it is told to stop, and prints one address that opens the interface', async () => {
  const { child, ended, out } = start();
  // The pid is the relay's own: no shell stands between a signal and it.
  expect(await runningPid()).toBe(child.pid);
  await expect.poll(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}\n$/);
  const door = await fetch(out().trim(), { redirect: 'manual' });
  const cookie = door.headers.get('set-cookie')?.split(';')[0] ?? '';
  const page = await fetch(new URL('/', out()), { headers: { cookie } });
  expect(await page.text()).toContain('<div id="root">');
  child.kill('SIGTERM');
  const { code, err } = await ended();
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(await connectRelay(home)).toBeUndefined();
});

test('a stream that is open does not hold up the stop', async () => {
  const { child, ended } = start();
  const relay = await connected();
  const streamEnded = new Promise<void>((resolve) => {
    relay.stream(0, () => {}, resolve);
  });
  child.kill('SIGINT');
  await streamEnded;
  expect((await ended()).code).toBe(0);
});

test('a relay that npm started goes when npm goes, though no signal reaches it', async () => {
  // What npx runs: a shell that does not pass its end on.
  const shell = spawn('sh', ['-c', `"${relayCommand}" run --no-ui; true`], {
    env: { ...environment(), npm_lifecycle_event: 'npx' },
  });
  children.push(shell);
  const pid = await runningPid();
  expect(pid).not.toBe(shell.pid);
  await end(shell, 'SIGTERM');
  await expect.poll(() => connectRelay(home), { timeout: 10_000 }).toBeUndefined();
});

test('a second relay says who holds the home, and leaves the first alone', async () => {
  const first = start();
  const pid = await runningPid();
  const { code, out, err } = await start().ended();
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(String(pid));
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(await runningPid()).toBe(first.child.pid);
});

test('after a kill the next one starts at once', async () => {
  const first = start();
  await connected();
  await end(first.child, 'SIGKILL');
  expect(await connectRelay(home)).toBeUndefined();
  const second = start();
  expect(await runningPid()).toBe(second.child.pid);
});

test('without the interface nothing is printed and no address can be had', async () => {
  const { child, ended } = start('--no-ui');
  const relay = await connected();
  expect(await relay.interfaceUrl()).toMatchObject({ ok: false, error: { code: 'unavailable' } });
  child.kill('SIGTERM');
  expect(await ended()).toEqual({ code: 0, out: '', err: '' });
});

test('a taken port is said in a sentence, and the home is free again', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { code, err } = await start('--port', String(port)).ended();
  other.close();
  expect(code).toBe(1);
  expect(err).toContain(`Port ${port} is taken`);
  const { child } = start();
  expect(await runningPid()).toBe(child.pid);
});
